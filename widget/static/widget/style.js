// The widget's look, adopted by its shadow root: a page's Content-Security-Policy need not allow any styles for it.

const LIGHT = "--bg:#fff;--soft:#f1f4f5;--fg:#1b262c;--quiet:#56666f;--line:#d5dde1;--field:#76858d;--mine:#e3f1ef;--bad:#a8201a";
const DARK = "--bg:#182024;--soft:#243037;--fg:#e6ecef;--quiet:#a9b8c0;--line:#38474f;--field:#8494a0;--mine:#17393a;--bad:#f59a93";

const RULES = `
:host { all: initial; ${LIGHT}; --accent:#0a6b67; --on-accent:#fff; position:fixed; inset-block-end:20px; inset-inline-end:20px; z-index:2147483000; color-scheme:light; font:400 15px/1.55 "IBM Plex Sans Arabic",system-ui,"Segoe UI",Tahoma,sans-serif; color:var(--fg); }
:host([data-position="start"]) { inset-inline:20px auto; }
:host([data-theme="dark"]) { ${DARK}; color-scheme:dark; }
@media (prefers-color-scheme: dark) { :host(:not([data-theme="light"])) { ${DARK}; color-scheme:dark; } }
*, *::before, *::after { box-sizing:border-box; }
[hidden] { display:none !important; }
button, input, textarea { font:inherit; color:inherit; }
button { cursor:pointer; border:0; background:none; padding:0; }
button:is(:disabled,[aria-disabled=true]) { opacity:.55; cursor:default; }
:focus { outline:none; }
:focus-visible { outline:3px solid var(--fg); outline-offset:2px; }
h2, h3, p, ul { margin:0; padding:0; list-style:none; }
h2 { font-size:16px; font-weight:600; line-height:1.4; }
h3 { font-size:15px; font-weight:600; }
a { color:inherit; text-decoration:underline; overflow-wrap:anywhere; }
.icon { inline-size:22px; block-size:22px; fill:none; stroke:currentColor; stroke-width:1.9; stroke-linecap:round; stroke-linejoin:round; flex:none; }
.icon-more { stroke-width:3.2; }
:dir(rtl) .icon-back, :dir(rtl) .icon-send { transform:scaleX(-1); }
.launcher { inline-size:60px; block-size:60px; border-radius:50%; background:var(--accent); color:var(--on-accent); display:grid; place-items:center; box-shadow:0 6px 20px #0004; position:relative; border:2px solid var(--bg); }
.launcher .icon { inline-size:28px; block-size:28px; }
.badge { position:absolute; inset-block-start:-4px; inset-inline-end:-4px; min-inline-size:24px; block-size:24px; padding-inline:6px; border-radius:12px; background:#a8201a; color:#fff; font-size:13px; font-weight:600; line-height:24px; text-align:center; }
.nudge { position:absolute; inset-block-end:74px; inset-inline-end:0; inline-size:min(280px,calc(100vw - 40px)); background:var(--bg); border:1px solid var(--line); border-radius:14px; box-shadow:0 8px 28px #0003; padding:12px; display:flex; gap:8px; align-items:start; }
:host([data-position="start"]) .nudge { inset-inline:0 auto; }
.nudge .say { flex:1; min-inline-size:0; overflow-wrap:anywhere; text-align:start; min-block-size:44px; }
.panel { position:fixed; inset-block-end:92px; inset-inline-end:20px; inline-size:384px; block-size:min(640px,calc(100dvh - 116px)); background:var(--bg); border:1px solid var(--line); border-radius:16px; box-shadow:0 12px 40px #0004; display:flex; flex-direction:column; overflow:hidden; animation:rise .18s ease-out; }
:host([data-position="start"]) .panel { inset-inline:20px auto; }
@keyframes rise { from { opacity:0; transform:translateY(12px); } }
.head { display:flex; align-items:center; gap:4px; padding:10px 12px; background:var(--accent); color:var(--on-accent); }
.head .title { flex:1; min-inline-size:0; padding-inline:6px; }
.head h2 { display:-webkit-box; -webkit-box-orient:vertical; -webkit-line-clamp:2; overflow:hidden; overflow-wrap:anywhere; }
.head p { font-size:13px; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
.head :focus-visible { outline-color:var(--on-accent); }
.round { inline-size:44px; block-size:44px; border-radius:50%; display:grid; place-items:center; flex:none; }
.round:hover { background:#8883; }
.fill { flex:1; min-block-size:0; display:flex; flex-direction:column; position:relative; }
.menu { position:absolute; inset-block-start:60px; inset-inline-end:12px; background:var(--bg); color:var(--fg); border:1px solid var(--line); border-radius:12px; box-shadow:0 8px 28px #0004; padding:6px; z-index:2; min-inline-size:220px; }
.menu button { display:block; inline-size:100%; text-align:start; min-block-size:44px; padding-inline:12px; border-radius:8px; }
.menu button:hover { background:var(--soft); }
.body { flex:1; min-block-size:0; overflow-y:auto; padding:16px; display:flex; flex-direction:column; gap:12px; overscroll-behavior:contain; }
.line { padding:8px 16px; background:var(--soft); font-size:13.5px; color:var(--fg); border-block-end:1px solid var(--line); }
.log { display:flex; flex-direction:column; gap:10px; margin-block-start:auto; }
.log > * { display:flex; flex-direction:column; align-items:start; max-inline-size:86%; gap:3px; }
.log > .customer { align-self:end; align-items:end; }
.log > .system { align-self:center; max-inline-size:95%; align-items:center; }
.bubble { background:var(--soft); border-radius:14px; padding:9px 13px; white-space:pre-wrap; overflow-wrap:anywhere; max-inline-size:100%; }
.bubble :is(ul, ol, pre) { margin:4px 0; padding:0; white-space:pre-wrap; }
.bubble :is(ul, ol) { padding-inline-start:20px; }
.bubble code { font-family:ui-monospace, monospace; font-size:.9em; }
.customer .bubble { background:var(--mine); }
.system .bubble { background:none; color:var(--quiet); text-align:center; font-size:14px; padding:2px 8px; }
.meta { font-size:12.5px; color:var(--quiet); }
.failed, .wrong { color:var(--bad); }
.meta button { text-decoration:underline; min-block-size:24px; margin-inline-start:6px; }
.picture { display:block; max-inline-size:100%; max-block-size:220px; border-radius:10px; }
.file { display:flex; align-items:center; gap:8px; text-align:start; min-block-size:44px; padding:4px 10px; border:1px solid var(--line); border-radius:12px; max-inline-size:100%; background:var(--bg); }
.file span { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
.shot { border-radius:10px; max-inline-size:100%; }
.replies { display:flex; flex-wrap:wrap; gap:8px; }
.pill { min-block-size:44px; padding:6px 16px; border:1.5px solid var(--fg); border-radius:22px; background:var(--bg); text-align:start; }
.pill:hover { background:var(--soft); }
.pill .icon { inline-size:18px; block-size:18px; vertical-align:-3px; margin-inline-end:8px; }
.big { min-block-size:48px; padding:8px 18px; border-radius:12px; background:var(--accent); color:var(--on-accent); font-weight:600; text-align:center; }
.choice { display:flex; gap:12px; align-items:center; text-align:start; inline-size:100%; min-block-size:56px; padding:10px 14px; border:1px solid var(--line); border-radius:12px; }
.choice:hover { background:var(--soft); }
.choice > span { flex:1; min-inline-size:0; overflow-wrap:anywhere; }
.choice small { display:block; color:var(--quiet); font-size:13px; }
.count { background:#a8201a; color:#fff; border-radius:12px; padding:0 8px; font-size:13px; font-weight:600; flex:none !important; }
form { display:flex; flex-direction:column; gap:12px; }
label, .field { display:flex; flex-direction:column; gap:4px; font-weight:500; }
label small, .quiet { font-weight:400; color:var(--quiet); font-size:13.5px; }
input:not([type]), input[type=text], input[type=email], textarea { border:1px solid var(--field); border-radius:10px; background:var(--bg); padding:9px 12px; min-block-size:44px; inline-size:100%; font-size:16px; }
textarea { resize:none; }
[aria-invalid=true]:is(input, textarea) { border-color:var(--bad); }
.composer { border-block-start:1px solid var(--line); padding:10px 12px; gap:8px; }
.composer .row { display:flex; gap:6px; align-items:end; }
.composer textarea { flex:1; max-block-size:130px; }
.composer .go { background:var(--accent); color:var(--on-accent); }
.chips { display:flex; flex-direction:column; gap:6px; }
.after { display:flex; flex-direction:column; gap:12px; }
.chip { display:grid; grid-template-columns:1fr auto; align-items:center; border:1px solid var(--line); border-radius:10px; padding-inline-start:10px; font-size:14px; }
.chip .name { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
.chip .wrong { grid-column:1/-1; margin-block-end:8px; padding-inline-end:10px; }
.chip progress { grid-column:1/-1; inline-size:calc(100% - 10px); block-size:6px; margin-block-end:6px; accent-color:var(--accent); }
.stars { display:flex; flex-direction:row; gap:6px; border:0; margin:0; padding:0; }
.stars legend { padding:0; margin-block-end:6px; font-weight:600; }
.stars label { inline-size:48px; block-size:48px; border:1.5px solid var(--field); border-radius:10px; align-items:center; justify-content:center; position:relative; cursor:pointer; }
.stars input { position:absolute; opacity:0; inset:0; margin:0; cursor:pointer; }
.stars label:has(:checked) { background:var(--accent); color:var(--on-accent); border-color:var(--accent); }
.stars label:has(:focus-visible) { outline:3px solid var(--fg); outline-offset:2px; }
.card { border:1px solid var(--line); border-radius:12px; padding:14px; display:flex; flex-direction:column; gap:10px; }
.dropping::after { content:""; position:absolute; inset:8px; border:3px dashed var(--accent); border-radius:12px; pointer-events:none; }
.hide { position:absolute; inline-size:1px; block-size:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap; }
.actions { display:flex; flex-wrap:wrap; gap:8px; }
@media (max-width: 480px) {
  :host([data-open]) .launcher { display:none; }
  .panel { inset:var(--top,0px) 0 auto 0 !important; inline-size:100%; block-size:var(--height,100dvh); border:0; border-radius:0; }
}
@media (prefers-reduced-motion: reduce) { .panel { animation:none; } }
@media (forced-colors: active) { .launcher, .big, .bubble, .head { border:1px solid; } }
`;

/** Gives a shadow root the widget's look. */
export function dress(root) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(RULES);
  root.adoptedStyleSheets = [sheet];
}
