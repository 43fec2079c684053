/** Which rows of a long list are to be drawn. Pure. */

/** Rows beyond the edges, so that a fast wheel shows no gaps. */
const SPARE = 4;

export interface Window {
  /** The first row that is drawn. */
  first: number;
  /** The row after the last that is drawn. */
  end: number;
  /** Where the first is, px. */
  top_px: number;
  /** How high all rows are together, px. */
  height_px: number;
}

/** The rows that a scroller of `view_px` sees when it has scrolled by `scroll_px`. */
export function visible(count: number, row_px: number, scroll_px: number, view_px: number): Window {
  const most = Math.max(0, count * row_px - view_px);
  const scroll = Math.min(Math.max(0, scroll_px), most);
  const first = Math.max(0, Math.floor(scroll / row_px) - SPARE);
  const end = Math.min(count, Math.ceil((scroll + view_px) / row_px) + SPARE);
  return { first, end, top_px: first * row_px, height_px: count * row_px };
}

/** Those whose name, kind or target contain every word of `query`. */
export function matching<T>(all: readonly T[], query: string, words: (item: T) => string): readonly T[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return all;
  return all.filter((item) => {
    const text = words(item).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
