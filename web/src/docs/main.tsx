import { render } from 'preact';
import { restoreTheme } from '../preferences';
import '../styles/tokens.css';
import '../styles/base.css';
import './docs.css';
import { Docs } from './Docs';
import type { Description } from './document';

restoreTheme();
const root = document.getElementById('app');
if (root) void show(root);

async function show(root: HTMLElement): Promise<void> {
  try {
    const response = await fetch('./openapi.json');
    if (!response.ok) throw new Error(`the daemon answered ${response.status}`);
    render(<Docs description={(await response.json()) as Description} />, root);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    render(<p class="docs-none">The description of the API cannot be loaded: {why}.</p>, root);
  }
}
