/** What a viewer should know about how this works here, with what to do about it. Pure. */

import type { Encoder, Health } from './connection/api';
import type { Role } from './protocol/server';

export interface Notice {
  /** The same as long as it says the same: who has dismissed it is not told again. */
  id: string;
  kind: 'look' | 'slow' | 'amiss';
  title: string;
  todo: string;
}

export interface Known {
  health: Health | null;
  /** What encodes the viewer's own stream; that of the daemon until it is told. */
  encoder: Encoder | null;
  role: Role;
  /** Whether the page's address asked for no more than looking. */
  askedToLook: boolean;
}

export function notices({ health, encoder, role, askedToLook }: Known): Notice[] {
  const told: Notice[] = [];
  if (role === 'view') {
    const todo = askedToLook
      ? 'The camera is yours. To steer, open the address without “role=view”.'
      : 'The camera is yours. Whoever runs the server can let you steer.';
    told.push({ id: 'view', kind: 'look', title: 'You look on: the simulation is steered by others.', todo });
  }
  if (!health) return told;
  for (const reason of health.reasons) {
    told.push({ id: `amiss ${reason}`, kind: 'amiss', title: sentence(reason), todo: 'The server’s log says more; when it is mended, the page goes on by itself.' });
  }
  const used = encoder ?? health.encoder;
  const fellBack = used && !used.hardware ? used.rejected[0] : undefined;
  if (health.software) {
    told.push({
      id: `software ${health.adapter ?? ''}`,
      kind: 'slow',
      title: `Drawn on the processor${health.adapter ? ` (${shortened(health.adapter)})` : ''}: slower than on a GPU.`,
      todo: 'If the server has a GPU, install its Vulkan driver; “mjcast doctor” tells what is missing.',
    });
  } else if (used && fellBack) {
    told.push({
      id: `encoder ${used.name}`,
      kind: 'slow',
      title: `Encoded on the processor by ${used.name}: it takes longer than by the GPU.`,
      todo: `${fellBack.name} is not used: ${sentence(fellBack.reason)}`,
    });
  }
  return told;
}

/** `llvmpipe (LLVM 19.1.7, 256 bits)` is known by its first word. */
function shortened(adapter: string): string {
  return adapter.replace(/\s*\(.*$/, '') || adapter;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
