import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** What is fetched when it is first shown; `load` must always give the same. */
export function Lazy({ load }: { load: () => Promise<ComponentType> }) {
  const [loaded, setLoaded] = useState<{ view: ComponentType } | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    load().then(
      (view) => gone || setLoaded({ view }),
      () => gone || setFailed(true),
    );
    return () => void (gone = true);
  }, []);
  if (failed) return <p class="notice">This part of the page did not load. Reload the page to try again.</p>;
  return loaded && <loaded.view />;
}
