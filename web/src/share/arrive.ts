/** Looks through the camera that the page's address asks for. */

import { commands } from '../app';
import { toast } from '../toasts';
import { viewIn, type View } from './address';

export async function arrive(query: URLSearchParams): Promise<void> {
  const view = viewIn(query);
  if (!view) return;
  for (const [cmd, params] of asked(view)) {
    const outcome = await commands.run(cmd, params);
    if (outcome.ok) continue;
    toast('error', `The link’s camera cannot be used: ${outcome.error} The scene may be another than when it was copied.`);
    return;
  }
}

function asked(view: View): [cmd: string, params: Record<string, unknown>][] {
  if (view.kind === 'fixed') return [['use_camera', { name: view.name }]];
  const { azimuth, elevation, distance } = view;
  if (view.kind === 'track') return [['use_camera', { track: view.name }], ['set_camera', { azimuth, elevation, distance }]];
  return [['set_camera', { azimuth, elevation, distance, lookat: view.lookat }]];
}
