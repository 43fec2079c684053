/** Figures for people. */

/** Median, 95th percentile, extremes and number of samples. */
export function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { median: at(0.5), p95: at(0.95), min: at(0), max: sorted.at(-1) ?? NaN, samples: sorted.length };
}

/** The result as text. */
export function table({ settings, machine, load = [], input_to_visible_ms: delay, first_frame_ms: join }) {
  const { width, height, fps, scene, duration_s } = settings;
  const lines = [
    `${scene}, ${width}x${height}@${fps}, ${duration_s} s each; mjcast ${machine.mjcast} (${machine.commit})`,
    `${machine.cpu}, ${machine.cores} cores; ${machine.adapter}; ${machine.encoder}; Chromium ${machine.chromium}`,
    '',
  ];
  const head = ['viewers', 'fps each (min)', 'cores', 'daemon', 'worker', 'RSS MiB', 'PSS MiB', 'jitter ms', 'kbit/s', 'rtf', '(Chromium cores)'];
  if (load.length > 0) lines.push(...columns([head, ...load.map(loadRow)]), '');
  for (const [name, d] of Object.entries(delay ?? {})) {
    lines.push(`input to visible change, ${name}: ${told(d.callback)}; to its display ${told(d.display)}; missed ${d.missed}`);
  }
  for (const [name, j] of Object.entries(join ?? {})) lines.push(`first decoded frame, ${name.replace('_', ' ')}: ${told(j)}`);
  return lines.join('\n');
}

function loadRow(load) {
  const { streams } = load;
  const least = (name) => (streams.length > 0 ? Math.min(...streams.map((s) => s[name])) : NaN);
  const mean = (name) => streams.reduce((sum, s) => sum + s[name], 0) / streams.length;
  const row = [
    [load.viewers, 0], [least('decoded_fps'), 1], [load.cores, 3], [load.daemon_cores, 3], [load.worker_cores, 3],
    [load.rss_mib, 1], [load.pss_mib, 1], [mean('jitter_buffer_ms'), 1], [mean('kbit_per_s'), 0],
    [load.real_time_factor, 3], [load.chromium_cores, 2],
  ];
  return row.map(([value, digits]) => (Number.isFinite(value) ? value.toFixed(digits) : '–'));
}

function columns(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i])).join('  '));
}

function told({ median, p95, min, max, samples }) {
  const ms = (value) => value.toFixed(1);
  return `median ${ms(median)} ms, p95 ${ms(p95)} (${ms(min)}–${ms(max)}, n = ${samples})`;
}
