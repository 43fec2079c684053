import { useEffect, useState } from 'preact/hooks';
import { dockOpen } from '../preferences';
import { live } from '../state';
import { Lazy } from './Lazy';

/** The panels, fetched when they are opened, or once the picture runs and nothing else is to be done. */
export function LazyDock() {
  const [wanted, setWanted] = useState(dockOpen.peek());
  const open = dockOpen.value;
  const idle = live.value && !wanted;
  useEffect(() => {
    document.documentElement.toggleAttribute('data-dock', open);
    if (open) setWanted(true);
  }, [open]);
  useEffect(() => {
    if (!idle) return;
    const later = window.setTimeout(() => setWanted(true), 1_500);
    return () => window.clearTimeout(later);
  }, [idle]);
  return wanted ? <Lazy load={() => import('../dock/Dock').then((m) => m.Dock)} /> : null;
}
