import { render } from 'preact';
import { restoreTheme } from '../preferences';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/chrome.css';
import './diagnose.css';
import { check } from './check';
import { Diagnose } from './Diagnose';

restoreTheme();
const root = document.getElementById('app');
if (root) {
  render(<Diagnose />, root);
  void check();
}
