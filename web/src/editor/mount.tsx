/** Authoring beside the page: the editor and what shows files on their way. */

import { render } from 'preact';
import { Editor } from './Editor';
import { editing } from './open';
import { Uploads } from './Uploads';
import '../styles/editor.css';

export { take } from './take';

let mounted = false;

/** Puts authoring beside the page, once. */
export function mount(): void {
  if (mounted) return;
  mounted = true;
  const root = document.createElement('div');
  root.id = 'authoring';
  document.body.append(root);
  render(<Authoring />, root);
}

function Authoring() {
  return (
    <>
      {editing.value && <Editor begin={editing.value} />}
      <Uploads />
    </>
  );
}
