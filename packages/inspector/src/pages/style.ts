/** The style sheet: system fonts, light and dark, narrow and wide, no outside request. */
export const STYLE = `:root {
  color-scheme: light dark;
  --text: #1c2024; --dim: #5b6470; --ground: #ffffff; --raised: #f4f6f8; --line: #d4dae1;
  --accent: #0b5cad; --good: #14692f; --bad: #a31621; --warn: #7a4b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6e9ed; --dim: #a4adb8; --ground: #14171a; --raised: #1f2429; --line: #39414a;
    --accent: #7db7f5; --good: #6fd08c; --bad: #ff8d8d; --warn: #f0bf6a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; background: var(--ground); padding: 0.5rem; }
.skip:focus { left: 0; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; padding: 0.75rem 1rem; background: var(--raised); border-bottom: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; margin: 0; padding: 0; }
nav a { display: inline-block; padding: 0.35rem 0; }
nav a[aria-current] { color: var(--text); font-weight: 600; text-decoration: none; }
main { max-width: 80rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 1rem 0 0.25rem; }
.scroll { overflow-x: auto; margin: 1rem 0; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: left; font-weight: 600; padding: 0.6rem 0.75rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem; border-top: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
td { min-width: 6.5rem; max-width: 28rem; overflow-wrap: anywhere; }
td:first-child > code { white-space: nowrap; }
time { white-space: nowrap; }
td a code { display: inline-block; min-width: 10rem; }
code, pre { font: 0.85em/1.5 ui-monospace, monospace; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 0.75rem 1.5rem; margin: 1rem 0; }
dt { color: var(--dim); font-size: 0.85rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.filters { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; }
.filters label { display: grid; gap: 0.2rem; color: var(--dim); font-size: 0.85rem; flex: 1 1 10rem; max-width: 20rem; }
input, select, button { font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--dim); border-radius: 6px; padding: 0.4rem 0.6rem; min-height: 2.5rem; width: 100%; }
button { background: var(--raised); cursor: pointer; width: auto; }
form { margin: 0.75rem 0; }
.badge { display: inline-block; white-space: nowrap; font-size: 0.85em; font-weight: 600; color: var(--dim); }
.ok, .done, .connected { color: var(--good); }
.dead, .failing, .needs_reauth, .quarantined { color: var(--bad); }
.degraded, .paused, .unresolved, .disconnected { color: var(--warn); }
.notice { border-left: 4px solid var(--good); padding: 0.5rem 0.75rem; background: var(--raised); }
.timeline { padding-left: 1.25rem; }
.none { color: var(--dim); }
`;
