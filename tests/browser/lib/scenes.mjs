/** A scene that takes all that it may: everything in it moves, and nothing is smooth. */
export const BUSY = `<mujoco model="busy"><option gravity="0 0 0"/>
  <asset>
    <texture name="t" type="2d" builtin="checker" mark="random" random=".4" rgb1="1 .9 .2" rgb2="0 .1 .6" markrgb="1 1 1" width="256" height="256"/>
    <material name="m" texture="t" texrepeat="24 24"/>
  </asset>
  <worldbody><light pos="0 0 4" castshadow="false"/>
    <body><joint axis="0 0 1" stiffness="200" springref="90"/><geom type="box" size="9 9 .1" material="m" mass="1"/></body>
  </worldbody></mujoco>`;
