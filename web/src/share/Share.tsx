import { useState } from 'preact/hooks';
import { api, session } from '../app';
import { parseModel } from '../dock/model';
import { capturing, live, role, shareOpen, sim } from '../state';
import { toast } from '../toasts';
import { takePicture } from '../ui/actions';
import { Dialog } from '../ui/Dialog';
import { Icon, type IconName } from '../ui/Icon';
import { address, viewOf } from './address';
import { startCapture, stopCapture } from './capture';
import { keyElement } from './keyframe';
import './share.css';

const close = () => (shareOpen.value = false);

/** A link to what is seen, and what can be taken away of it. */
export function Share() {
  return (
    <Dialog title="Share" class="share" close={close}>
      <LinkPart />
      <section class="share-part">
        <h2>Take with you</h2>
        <div class="share-tiles">
          <Tile icon="picture" label="Save a picture" hint="PNG, as large as the stream" off={!live.value} act={takePicture} />
          <Tile
            icon="record"
            label={capturing.value === null ? 'Record my view' : 'Stop recording'}
            hint="A video, on this device"
            off={!live.value && capturing.value === null}
            act={() => {
              if (capturing.value === null) startCapture();
              else stopCapture();
              close();
            }}
          />
          <Tile icon="code" label="Copy the state" hint="A keyframe for MJCF" off={!live.value} act={() => void copyState()} />
        </div>
      </section>
    </Dialog>
  );
}

function LinkPart() {
  const onlyLooks = role.value === 'view';
  const [viewOnly, setViewOnly] = useState(true);
  const [withCamera, setWithCamera] = useState(true);
  const [embed, setEmbed] = useState(false);
  // As it was when the dialog opened: a camera that moves would change the link under the hand that copies it.
  const [view] = useState(() => viewOf(sim.peek().camera ?? {}));
  const link = address(window.location.href, { session, view: withCamera ? view : null, viewOnly: viewOnly || onlyLooks, embed });
  return (
    <section class="share-part">
      <div class="segments share-roles" role="radiogroup" aria-label="Who opens the link may">
        <Choice on={viewOnly || onlyLooks} icon="eye" label="Look only" act={() => setViewOnly(true)} />
        <Choice on={!viewOnly && !onlyLooks} off={onlyLooks} icon="play" label="Look and steer" act={() => setViewOnly(false)} />
      </div>
      <label class="help-choice share-choice">
        <input type="checkbox" checked={withCamera && view !== null} disabled={view === null} onChange={(e) => setWithCamera(e.currentTarget.checked)} />
        <span>
          From my point of view
          <small>{said(view?.kind)}</small>
        </span>
      </label>
      <label class="help-choice share-choice">
        <input type="checkbox" checked={embed} onChange={(e) => setEmbed(e.currentTarget.checked)} />
        <span>
          Only the picture
          <small>without bars and panels: for a second screen, or a frame in a page of this address</small>
        </span>
      </label>
      <div class="share-link">
        <input id="share-address" class="share-address" type="text" readOnly aria-label="Link" value={link} onFocus={(e) => e.currentTarget.select()} />
        <button type="button" class="text-button text-button-primary" data-first onClick={() => void copy(link, 'The link is on the clipboard.')}>
          Copy
        </button>
      </div>
      {new URL(link).searchParams.has('token') && (
        <p class="share-note">
          <Icon name="warning" size={16} />
          The link holds this server’s token: give it only to whom you would give the token.
        </p>
      )}
      {/^(localhost|127\.|\[::1\])/.test(window.location.hostname) && (
        <p class="share-note">
          <Icon name="warning" size={16} />
          This address is this computer’s own. For others, open the page by the server’s name or address first.
        </p>
      )}
    </section>
  );
}

function said(kind: 'fixed' | 'track' | 'free' | undefined): string {
  if (kind === 'fixed') return 'through the model’s camera that you look through';
  if (kind === 'track') return 'following the body that your camera follows';
  return kind === 'free' ? 'where your camera is now' : 'your camera has no name that a link could say';
}

function Choice(props: { on: boolean; off?: boolean; icon: IconName; label: string; act: () => void }) {
  return (
    <button type="button" role="radio" class="segment" aria-checked={props.on} disabled={props.off} onClick={props.act}>
      <Icon name={props.icon} size={18} />
      {props.label}
    </button>
  );
}

function Tile(props: { icon: IconName | 'record'; label: string; hint: string; off: boolean; act: () => void }) {
  return (
    <button type="button" class="share-tile" disabled={props.off} onClick={props.act}>
      {props.icon === 'record' ? <span class="capture-dot" aria-hidden="true" /> : <Icon name={props.icon} size={20} />}
      <span class="share-tile-name">{props.label}</span>
      <span class="share-tile-hint">{props.hint}</span>
    </button>
  );
}

async function copyState(): Promise<void> {
  const [state, model] = await Promise.all([api.ask('GET /api/sessions/{id}/state', (body) => body), api.ask('GET /api/sessions/{id}/model', parseModel)]);
  if (!state.ok) return toast('error', state.problem.detail);
  if (!model.ok) return toast('error', model.problem.detail);
  await copy(keyElement(state.value, model.value), 'The state is on the clipboard, as a <key> of MJCF.');
}

async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast('info', done);
  } catch {
    // Browsers keep it from pages that came without TLS: then it is offered for the hand.
    const input = document.querySelector<HTMLInputElement>('#share-address');
    if (input && input.value === text) {
      input.select();
      return toast('info', 'The browser keeps its clipboard to itself here. The link is selected: press Ctrl C.');
    }
    toast('error', 'The browser keeps its clipboard from pages without HTTPS. Open the page by HTTPS or on the server itself.');
  }
}
