import { render } from 'preact';
import { exposeDebug } from './debug';
import { restoreTheme } from './preferences';
import './styles/tokens.css';
import './styles/base.css';
import './styles/stage.css';
import './styles/chrome.css';
import './styles/panels.css';
import './styles/people.css';
import './styles/history.css';
import './styles/dialogs.css';
import { App } from './ui/App';

restoreTheme();
exposeDebug();
const root = document.getElementById('app');
if (root) render(<App />, root);
