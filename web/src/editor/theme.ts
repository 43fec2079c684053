/** How the text looks: by the page's tokens, so that light and dark follow by themselves. */

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags as t } from '@lezer/highlight';

const colours = HighlightStyle.define([
  { tag: t.tagName, color: 'var(--code-tag)' },
  { tag: t.attributeName, color: 'var(--code-attribute)' },
  { tag: t.attributeValue, color: 'var(--code-value)' },
  { tag: [t.angleBracket, t.definitionOperator], color: 'var(--ink-faint)' },
  { tag: [t.comment, t.blockComment], color: 'var(--ink-faint)', fontStyle: 'italic' },
  { tag: [t.processingInstruction, t.documentMeta], color: 'var(--ink-soft)' },
  { tag: [t.invalid], color: 'var(--bad)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--ink)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.62', overscrollBehavior: 'contain', scrollbarWidth: 'thin' },
  '.cm-content': { padding: '10px 0 40vh', caretColor: 'var(--accent-strong)' },
  '.cm-line': { padding: '0 16px 0 6px' },
  '.cm-cursor, .cm-dropCursor': { borderLeft: '2px solid var(--accent-strong)', marginLeft: '-1px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection': {
    backgroundColor: 'var(--code-selection)',
  },
  '.cm-activeLine': { backgroundColor: 'var(--code-line)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink-soft)' },
  '.cm-gutters': { backgroundColor: 'var(--surface-solid)', border: '0', color: 'var(--ink-faint)', userSelect: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '30px', padding: '0 4px 0 10px', fontSize: '12px' },
  '.cm-foldGutter .cm-gutterElement': { width: '16px', textAlign: 'center', cursor: 'pointer' },
  '.cm-fold': { display: 'inline-block', opacity: '0', transition: 'opacity 140ms', fontSize: '11px' },
  '.cm-fold-closed, .cm-gutters:hover .cm-fold': { opacity: '1' },
  '.cm-foldPlaceholder': {
    margin: '0 3px', padding: '0 6px', border: '0', borderRadius: '6px',
    backgroundColor: 'var(--press)', color: 'var(--ink-soft)',
  },
  '.cm-gutter-lint': { width: '14px' },
  '.cm-gutter-lint .cm-gutterElement': { display: 'grid', justifyItems: 'center', alignItems: 'start', padding: '7px 0 0' },
  '.cm-lint-marker': { width: '8px', height: '8px', borderRadius: '50%', content: 'none' },
  '.cm-lint-marker-error': { backgroundColor: 'var(--bad)' },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--warn)' },
  '.cm-lintRange': { backgroundImage: 'none', paddingBottom: '0' },
  '.cm-lintRange-error': {
    textDecoration: 'underline wavy var(--bad) 1.2px', textUnderlineOffset: '3px',
    backgroundColor: 'color-mix(in srgb, var(--bad) 14%, transparent)', borderRadius: '3px',
  },
  '.cm-lintRange-warning': { textDecoration: 'underline wavy var(--warn) 1.2px', textUnderlineOffset: '3px' },
  '.cm-lintRange-active': { backgroundColor: 'color-mix(in srgb, var(--warn) 16%, transparent)' },
  '.cm-error-line': { backgroundColor: 'color-mix(in srgb, var(--bad) 9%, transparent)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--press)', borderRadius: '3px' },
  '.cm-searchMatch': { backgroundColor: 'color-mix(in srgb, var(--warn) 30%, transparent)', borderRadius: '3px' },
  '.cm-searchMatch-selected': { backgroundColor: 'color-mix(in srgb, var(--accent-strong) 55%, transparent)' },

  '.cm-tooltip': {
    zIndex: '30', border: '1px solid var(--line-strong)', borderRadius: '12px', backgroundColor: 'var(--surface-solid)',
    color: 'var(--ink)', boxShadow: '0 14px 40px -10px var(--shadow-colour)', overflow: 'hidden', fontFamily: 'var(--font)',
  },
  // What is offered is explained beside the list.
  '.cm-tooltip.cm-tooltip-autocomplete': { overflow: 'visible' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '13px', maxHeight: '19em', padding: '5px', scrollbarWidth: 'thin' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex', alignItems: 'center', gap: '8px', padding: '4px 10px 4px 8px', borderRadius: '7px', lineHeight: '1.45',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--press)', color: 'var(--ink)' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent)', fontWeight: '600' },
  '.cm-completionLabel': { flex: '1' },
  '.cm-completionDetail': { marginLeft: '18px', color: 'var(--ink-faint)', fontStyle: 'normal', fontFamily: 'var(--font)', fontSize: '12px' },
  '.cm-offer': {
    flex: 'none', width: '18px', height: '18px', borderRadius: '5px', display: 'grid', placeItems: 'center',
    fontSize: '10.5px', fontWeight: '700', lineHeight: '1', backgroundColor: 'var(--well)', fontFamily: 'var(--mono)',
  },
  '.cm-offer-element, .cm-offer-close': { color: 'var(--code-tag)' },
  '.cm-offer-attribute': { color: 'var(--code-attribute)' },
  '.cm-offer-word, .cm-offer-name': { color: 'var(--code-value)' },
  '.cm-tooltip.cm-completionInfo': { padding: '8px 13px', maxWidth: '300px', fontSize: '13px', lineHeight: '1.5', margin: '0 4px' },
  '.cm-tooltip-hover': { maxWidth: 'min(420px, 90vw)' },
  '.cm-doc': { padding: '10px 14px', fontSize: '13px', lineHeight: '1.5' },
  '.cm-doc-name': { fontFamily: 'var(--mono)', fontWeight: '600', color: 'var(--code-tag)' },
  '.cm-doc-attribute': { color: 'var(--code-attribute)' },
  '.cm-doc-kind': { color: 'var(--ink-soft)', fontSize: '12.5px' },
  '.cm-doc-text': { marginTop: '4px' },
  '.cm-tooltip code': { padding: '0 4px', borderRadius: '4px', backgroundColor: 'var(--well)', font: '0.92em var(--mono)' },
  '.cm-tooltip-lint': { maxWidth: 'min(480px, 90vw)' },
  '.cm-diagnostic': { padding: '9px 14px', margin: '0', fontSize: '13px', lineHeight: '1.5', borderLeft: '3px solid var(--warn)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnosticAction': {
    margin: '6px 0 0', padding: '3px 10px', borderRadius: '999px', backgroundColor: 'var(--press)', color: 'var(--ink)',
    font: '600 12.5px var(--font)', display: 'block',
  },

  '.cm-panels': { backgroundColor: 'transparent', color: 'var(--ink)', fontFamily: 'var(--font)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '8px 34px 8px 10px', fontSize: '13px', display: 'flex', flexWrap: 'wrap', gap: '6px', alignItems: 'center' },
  '.cm-panel.cm-search br': { display: 'none' },
  '.cm-panel.cm-search input[type=text], .cm-textfield': {
    flex: '1 1 150px', margin: '0', padding: '0 10px', height: '32px', border: '1px solid var(--line-strong)', borderRadius: '8px',
    backgroundColor: 'var(--well)', color: 'var(--ink)', font: '13px var(--mono)', outlineColor: 'var(--accent-strong)',
  },
  '.cm-button': {
    margin: '0', padding: '0 10px', height: '30px', border: '1px solid var(--line-strong)', borderRadius: '8px', backgroundImage: 'none',
    backgroundColor: 'var(--well)', color: 'var(--ink)', font: '500 12.5px var(--font)', textTransform: 'capitalize', cursor: 'pointer',
  },
  '.cm-button:active': { backgroundImage: 'none', backgroundColor: 'var(--press)' },
  '.cm-panel.cm-search label': { fontSize: '12.5px', color: 'var(--ink-soft)', display: 'inline-flex', alignItems: 'center', gap: '4px', margin: '0' },
  '.cm-panel.cm-search [name=close]': {
    right: '8px', top: '9px', width: '26px', height: '26px', borderRadius: '7px', color: 'var(--ink-soft)', fontSize: '18px', cursor: 'pointer',
  },
});

export const theme = [look, syntaxHighlighting(colours)];
