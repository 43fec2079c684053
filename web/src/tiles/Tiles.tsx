import { useEffect, useRef, useState } from 'preact/hooks';
import { focusStage } from '../app';
import { endpoints } from '../connection/endpoints';
import { cameras, iceServers, live, scene, viewerId } from '../state';
import { Icon } from '../ui/Icon';
import { Feed, type How } from './feed';
import { layout } from './layout';
import type { Source } from './sources';
import { all, awake, drop, enlarge, main, show, shown } from './store';
import './tiles.css';

const at = endpoints(window.location.href);
const address = (path: string) => at.route(`api/sessions/${encodeURIComponent(at.session)}/${path}`);

/** The views beside the main one. */
export function Tiles() {
  const four = layout.value === 'four';
  if (layout.value === 'one' || !live.value) return null;
  const name = all.value.find(({ key }) => key === main.value)?.label;
  return (
    <div class={four ? 'views-four' : 'views-inset'} role="group" aria-label="Further cameras">
      {four && <span class="view-main">{name}</span>}
      {shown.value.map((source, slot) => (
        <Tile key={slot} source={source} slot={slot} />
      ))}
    </div>
  );
}

const WORDS: Record<How, string> = {
  opening: 'Opening …',
  stream: '',
  stills: '',
  silent: 'No picture: the server gives none of this camera.',
};

function Tile({ source, slot }: { source: Source; slot: number }) {
  const box = useRef<HTMLButtonElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const [how, setHow] = useState<How>('opening');
  // Another scene may have another camera of the same name.
  const list = `${source.key} ${cameras.value.join('\n')} ${scene.value.modelName ?? ''}`;
  const on = awake.value;
  useEffect(() => {
    if (!on) return;
    const feed = new Feed(source, { address, headers: at.headers, iceServers: iceServers.peek(), beside: viewerId.peek() }, {
      how: setHow,
      stream(stream) {
        if (!video.current) return;
        video.current.srcObject = stream;
        if (stream) void video.current.play().catch(() => undefined);
      },
      still(picture) {
        draw(still.current, picture);
        picture.close();
      },
      size: () => [box.current?.clientWidth ?? 0, box.current?.clientHeight ?? 0],
    });
    return () => {
      feed.close();
      if (video.current) video.current.srcObject = null;
    };
  }, [list, on]);
  return (
    <div class="view-tile" data-source={source.key} data-how={how}>
      <button
        type="button"
        class="view-enlarge"
        ref={box}
        aria-label={`Show ${source.label} large`}
        title="Show large"
        onClick={(event) => void enlarge(slot).then(() => event.detail > 0 && focusStage())}
      >
        <canvas ref={still} hidden={how === 'stream'} aria-hidden="true" />
        <video ref={video} hidden={how !== 'stream'} muted autoPlay playsInline disablePictureInPicture tabIndex={-1} aria-hidden="true" />
        {WORDS[how] && <span class="view-words">{WORDS[how]}</span>}
      </button>
      <div class="view-bar">
        <span class="view-pick">
          <select aria-label={`Camera of view ${slot + 2}`} value={source.key} onChange={(e) => show(slot, e.currentTarget.value)}>
            {all.value.map(({ key, label }) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
          <Icon name="chevron" size={14} />
        </span>
        {how === 'stills' && (
          <span class="view-how" title={source.from ? 'A side is shown in still pictures' : 'A stream does not get through, so these are still pictures'}>
            stills
          </span>
        )}
        <button type="button" class="view-close" aria-label={`Close view ${slot + 2}, ${source.label}`} title="Close" onClick={() => drop(slot)}>
          <Icon name="close" size={16} />
        </button>
      </div>
    </div>
  );
}

function draw(canvas: HTMLCanvasElement | null, picture: ImageBitmap): void {
  if (!canvas) return;
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d', { alpha: false })?.drawImage(picture, 0, 0);
}
