(() => {
'use strict';
// The board follows its sitting: asks what is new, puts newer parts in place, counts the seconds down.
// For old WeChat kernels: nothing newer than ES2017; XMLHttpRequest, because it has a timeout.
const D = document, M = Math, d = D.body.dataset, where = location.pathname.replace(/\/$/, '') + '/now';
const $ = id => D.getElementById(id);
let etag = d.etag, every = +d.every, skew = 0, known = false, misses = 0, timer = 0, asking = null;
const was = {};
const two = n => (n < 10 ? '0' : '') + n;

function say(words, lost) {
  const e = $('line');
  if (e.textContent !== words) { e.textContent = words; }
  e.className = lost ? 'lost' : 'live';
}
function tick() {
  const e = D.querySelector('[data-closes]');
  if (!e || !known) { return; }
  const left = M.ceil((+e.dataset.closes - Date.now() - skew) / 1000);
  e.textContent = left > 0 ? '剩 ' + two(M.floor(left / 60)) + ':' + two(left % 60) : '时间到';
}
function put(news) {
  every = news.every;
  Object.keys(news.parts).forEach(id => {
    const e = $(id), html = news.parts[id];
    if (e && was[id] !== html) { was[id] = html; e.innerHTML = html; }
  });
}
function later(ok) {
  asking = null;
  misses = ok ? 0 : misses + 1;
  const now = new Date();
  if (ok) { d.seen = two(now.getHours()) + ':' + two(now.getMinutes()); say('● 实时更新', false); }
  else if (misses > 1) { say('■ 连接中断，正在重连。' + (d.seen ? '画面停在' + d.seen + '。' : ''), true); }
  clearTimeout(timer);
  if (!D.hidden) { timer = setTimeout(ask, M.min(20000, every * M.pow(2, M.min(misses, 5))) * (0.85 + 0.3 * M.random())); }
}
function ask() {
  clearTimeout(timer);
  if (asking) { return; }
  const x = asking = new XMLHttpRequest();
  x.open('GET', where); x.timeout = 8000;
  x.setRequestHeader('If-None-Match', etag);
  x.onerror = x.ontimeout = () => later(false);
  x.onload = () => {
    let ok = x.status === 304;
    if (x.status === 200) { try { put(JSON.parse(x.responseText)); etag = x.getResponseHeader('ETag') || ''; ok = true; } catch (e) { ok = false; } }
    if (x.status === 404) { say('■ 这个场次已经撤下。', true); asking = null; every = 15000; timer = setTimeout(ask, every); return; }
    const at = +x.getResponseHeader('X-Now');
    if (ok && at) { skew = at - Date.now(); known = true; tick(); }
    later(ok);
  };
  x.send();
}
D.addEventListener('visibilitychange', () => { if (D.hidden) { clearTimeout(timer); } else { ask(); } });
window.addEventListener('online', ask);
setInterval(tick, 250);
timer = setTimeout(ask, M.random() * 800);
})();
