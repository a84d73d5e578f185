// The phone and the hall: what is kept on this phone, how a paper is carried, how the page follows the hall.
// For old WeChat kernels: nothing newer than ES2017; XMLHttpRequest, because it has a timeout.
// Comments and spare blanks are taken out before the page is sent (hall/phone_page.py, squeeze).
const D = document, M = Math, d = D.body.dataset, here = location.pathname, key = 'lt' + here, box = key + '#' + d.round;
const $ = id => D.getElementById(id);
const all = (q, n) => Array.prototype.slice.call((n || D).querySelectorAll(q));
const reload = () => location.reload();
const skew = Date.now() - d.now;
let closes = +d.closes || 0, etag = d.etag, misses = 0, next_poll = 0, waiting = null;
// What the paper on this page, if there is one, puts in the place of these
let busy = () => false, sending = () => false, leave = () => 0, retry = () => 0;

function put(k, v) { try { localStorage.setItem(k, JSON.stringify(v)); return true; } catch (e) { return false; } }
function get(k) { try { return JSON.parse(localStorage.getItem(k)); } catch (e) { return null; } }
function text(e, s) { if (e && e.textContent !== s) { e.textContent = s; } }
function show(e, s) { text(e, s); e.hidden = !s; }
function make(tag, s, cls) {
  const e = D.createElement(tag);
  e.textContent = s; e.className = cls || '';
  if (tag === 'button') { e.type = 'button'; }
  return e;
}
function news(s, label) {
  show($('news'), s);
  if (label) { const b = make('button', label, 'line'); b.onclick = reload; $('news').appendChild(b); }
}

// Sends one paper until the hall answers: every try is the same paper under the same nonce. Returns {now, stop}.
function carry(r, ui) {
  let x, timer = 0, tries = 0;
  function again(after, why) {
    ui.wait(why);
    timer = setTimeout(send, 1000 * (after ? after * (1 + M.random() / 2) : M.min(15, M.pow(2, tries)) * (0.8 + M.random() * 0.4)));
    tries += 1;
  }
  function send() {
    timer = 0; x = new XMLHttpRequest(); x.open('POST', here); x.timeout = 8000;
    x.setRequestHeader('Accept', 'application/json'); x.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    const lost = () => again(0, '网络断开，评分已存在本机，恢复后自动送出');
    x.onerror = x.ontimeout = lost;
    x.onload = () => {
      const j = parse(x);
      if (j && j.status === 'accepted') { ui.done(j); }
      else if (x.status === 429 || x.status > 499) { again(+x.getResponseHeader('Retry-After'), '大厅正忙，评分已存在本机，稍后自动重送'); }
      else if (j && j.status === 'refused') { ui.refused(j); }
      else if (x.status === 404) { ui.refused({ reason: '', message: '此胸牌已停用，评分没有送达，请向工作人员领取新胸牌。' }); }
      else { lost(); }
    };
    x.send(Object.keys(r.v).reduce((s, k) => s + '&' + [k, r.v[k]].map(encodeURIComponent).join('='), 'round=' + r.r + '&nonce=' + r.n));
  }
  send();
  return { now: () => { if (timer) { clearTimeout(timer); send(); } }, stop: () => { clearTimeout(timer); timer = 0; x.onload = x.onerror = x.ontimeout = null; x.abort(); } };
}
function parse(x) { try { return JSON.parse(x.responseText); } catch (e) { return null; } }

// A paper of an earlier round that never got an answer is still carried to the hall, and the hall decides.
function leftovers() {
  const old = [];
  try { for (let i = 0; i < localStorage.length; i++) { old.push(localStorage.key(i)); } } catch (e) { return; }
  old.filter(k => k.indexOf(key + '#') === 0 && k !== box).forEach(k => {
    const r = get(k), gone = s => { localStorage.removeItem(k); if (s) { news('“' + r.t + '”的评分' + s); } };
    if (!r || r.s !== 1) { gone(); return; }
    carry(r, {
      wait: () => news('“' + r.t + '”的评分还在本机，恢复后自动送出'),
      done: j => gone('已计票，回执 ' + j.receipt),
      refused: j => gone('没有计入：' + j.message)
    });
  });
}

// A page that is not being filled changes by itself, spread over 0.8 s; one that is being filled is never replaced.
function follow(now) {
  const round = now.round === null ? '' : String(now.round), same = round === d.round && now.phase === (d.phase || null);
  closes = now.closes_at ? Date.parse(now.closes_at) : 0;
  waiting = null;
  if (same && $('f') && (busy() || !(now.receipt && now.receipt.version > (d.version || 0)))) { return; }
  const move = () => { waiting = null; if (busy()) { leave(round === d.round ? '已截止。' : round ? '主持人已开始下一家。' : '这一轮已撤下。'); } else { setTimeout(reload, M.random() * 800); } };
  if (sending()) { waiting = move; } else { move(); }
}
function poll() {
  const x = new XMLHttpRequest(), n = $('news');
  clearTimeout(next_poll);
  function then(ok) {
    misses = ok ? 0 : misses + 1;
    if (misses === 3 && n.hidden) { news('网络断开，正在重连。已填的内容都在本机。'); n.dataset.net = 1; }
    if (ok && n.dataset.net) { delete n.dataset.net; show(n, ''); retry(); }
    next_poll = setTimeout(poll, (2500 + M.random() * 1500) * (D.hidden ? 4 : M.min(3, 1 + misses / 3)));
  }
  x.open('GET', here + '/now'); x.timeout = 8000;
  if (etag) { x.setRequestHeader('If-None-Match', etag); }
  x.onerror = x.ontimeout = () => then(false);
  x.onload = () => {
    const j = x.status === 200 && parse(x), good = j && 'serial' in j;
    if (x.status === 404) { news('此胸牌已停用，请向工作人员领取新胸牌，再扫新的二维码。'); }
    then(good || x.status === 304 || x.status === 404);
    if (good) { etag = x.getResponseHeader('ETag') || ''; follow(j); }
  };
  x.send();
}
function wake() { if (!D.hidden) { retry(); poll(); } }
put('lt.badge', here);
leftovers();
window.ononline = D.onvisibilitychange = wake;
next_poll = setTimeout(poll, M.random() * 2500);
