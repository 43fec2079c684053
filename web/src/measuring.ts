/** What is measured of the stream. Fetched once it runs: the first picture needs none of it. */

import type { RemoteClock } from './connection/clock';
import type { Link } from './connection/link';
import { StatsSampler } from './sampler';
import { Tracing } from './tracing';

/** Measures from now on; the frames have to be told to what it gives. */
export function measure(link: Link, clock: RemoteClock, receiveToDisplay: () => number | undefined): Tracing {
  const tracing = new Tracing(clock);
  new StatsSampler(link, tracing, receiveToDisplay).start();
  return tracing;
}
