/** The sections of the dock: one row for each, fetched when it is first opened. */

import type { ComponentType } from 'preact';

export interface Section {
  id: string;
  title: string;
  /** Path of its icon, 24 × 24. */
  icon: string;
  load: () => Promise<ComponentType>;
  /** Whether it is there from the start, as programs know what is in it by their ids. */
  always?: true;
}

export const SECTIONS: readonly Section[] = [
  {
    id: 'controls',
    title: 'Joints and actuators',
    icon: 'M5 4v6M5 14v6M12 4v2M12 10v10M19 4v9M19 17v3M3 12h4M10 8h4M17 15h4',
    load: () => import('./Controls').then((m) => m.Controls),
  },
  {
    id: 'keyframes',
    title: 'Keyframes',
    icon: 'M12 4.5 19.5 12 12 19.5 4.5 12ZM12 9v6M9 12h6',
    load: () => import('./Keyframes').then((m) => m.Keyframes),
  },
  {
    id: 'cameras',
    title: 'Cameras',
    icon: 'M3.5 8.5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2ZM15.5 11l5-2.7v7.4l-5-2.7',
    load: () => import('./Cameras').then((m) => m.Cameras),
  },
  {
    id: 'view',
    title: 'View',
    icon: 'M3 12s3.2-6 9-6 9 6 9 6-3.2 6-9 6-9-6-9-6ZM12 14.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2Z',
    load: () => import('./View').then((m) => m.View),
  },
  {
    id: 'physics',
    title: 'Physics',
    icon: 'M12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM4 12c0-2 3.6-3.6 8-3.6s8 1.6 8 3.6-3.6 3.6-8 3.6-8-1.6-8-3.6ZM8 5.1c1.7-1 4.9 1.3 7.1 5.1s2.6 7.7.9 8.7-4.9-1.3-7.1-5.1S6.3 6.1 8 5.1Z',
    load: () => import('./Physics').then((m) => m.Physics),
  },
  {
    id: 'plots',
    title: 'Sensors and solver',
    icon: 'M4 4.5v13a2 2 0 0 0 2 2h14M7.5 14.5l3.5-4.5 3 3 5-6.5',
    load: () => import('./Plots').then((m) => m.Plots),
  },
  {
    id: 'gamepad',
    title: 'Gamepad',
    icon: 'M7.5 7h9a5 5 0 0 1 4.9 6l-.5 2.6a2.4 2.4 0 0 1-4.3.9L15.2 15H8.8l-1.4 1.5a2.4 2.4 0 0 1-4.3-.9L2.6 13a5 5 0 0 1 4.9-6ZM8 9.5v3M6.5 11h3M15.5 10h.01M17.5 12h.01',
    load: () => import('./Gamepad').then((m) => m.Gamepad),
  },
  {
    id: 'recordings',
    title: 'Recordings and snapshots',
    icon: 'M12 19.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
    load: () => import('./Recordings').then((m) => m.Recordings),
  },
  {
    id: 'sessions',
    title: 'Sessions and people',
    icon: 'M9 11.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM3.2 19c.3-3 2.6-5 5.8-5s5.5 2 5.8 5M15.6 5.2a3 3 0 0 1 0 5.7M17.6 14.5c1.9.7 3 2.3 3.2 4.5',
    load: () => import('./Sessions').then((m) => m.Sessions),
  },
  {
    id: 'prompt',
    title: 'Say what to do',
    icon: 'M5 6.5h14a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-7L8 20.5v-3H5A1.5 1.5 0 0 1 3.5 16V8A1.5 1.5 0 0 1 5 6.5ZM8 10.5h8M8 13.5h5',
    load: () => import('./Prompt').then((m) => m.Prompt),
    always: true,
  },
  {
    id: 'log',
    title: 'Log',
    icon: 'M8 6.5h12M8 12h12M8 17.5h8M4 6.5h.01M4 12h.01M4 17.5h.01',
    load: () => import('./Log').then((m) => m.Log),
    always: true,
  },
];
