import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { toast } from '../toasts';

/** Loaded when it is first opened: the first picture does not need it. */
const list = signal<FunctionComponent | null>(null);

/** The scenes to choose from, and the ways to bring one's own. */
export function ScenesPanel() {
  useEffect(() => {
    if (list.peek()) return;
    import('../editor/ScenesList').then(
      (part) => (list.value = part.ScenesList),
      () => toast('error', 'The scenes could not be loaded. Reload the page and try again.'),
    );
  }, []);
  const List = list.value;
  return List ? <List /> : <p class="notice">Loading the scenes …</p>;
}
