// The phone and the hall: what is kept on this phone, how a paper is carried, how the page follows the hall.
// For old WeChat kernels: nothing newer than ES2017; XMLHttpRequest, because it has a timeout. One statement needs no
// braces, and many declarations share one const: the page travels on weak Wi-Fi (hall/phones/phone_page.py squeezes it).
//
// The journal: localStorage['lt/b/<badge>#<round>'] = one paper {r: round, t: title, v: values, w: the same in words,
// s: 0 being filled | 1 sealed, on its way | 2 counted | 3 settled otherwise, n: nonce, m: made (the hall's time in ms
// when 提交 was pressed), j: the hall's answer, f: its fate in words}. '…!' holds one's own earlier marks.
const D = document, M = Math, W = window, d = D.body.dataset, here = location.pathname, key = 'lt' + here, box = key + '#' + d.round,
  $ = id => D.getElementById(id),
  all = (q, n) => [].slice.call((n || D).querySelectorAll(q)),
  each = (q, f, n) => all(q, n).forEach(f),
  reload = () => location.reload(),
  clock = () => Date.now(),
  later = (f, ms) => setTimeout(f, ms),
  spread = ms => M.random() * ms,
  written = v => JSON.stringify(v),
  mark = (e, k, v) => e.setAttribute(k, v),
  parse = s => { try { return JSON.parse(s); } catch (e) { return null; } },
  get = k => { try { return parse(localStorage.getItem(k)); } catch (e) { return null; } },
  put = (k, v) => { try { localStorage.setItem(k, written(v)); return true; } catch (e) { return false; } },
  drop = k => { try { localStorage.removeItem(k); } catch (e) {} },
  text = (e, s) => { if (e.textContent !== s) e.textContent = s; },
  show = (e, s) => { if (e) { text(e, s); e.hidden = !s; } },
  make = (tag, s, more) => { const e = D.createElement(tag); e.textContent = s; return Object.assign(e, more); },
  knob = (s, f) => make('button', s, { type: 'button', onclick: f }),
  news = (s, more) => { show($('news'), s); if (more) $('news').appendChild(more); };
// The phone's clock against the hall's: at the first byte of the page, because weak Wi-Fi may take seconds for the rest;
// then by every answer that tells the hall's time, no further off than that answer was on its way
let skew = (performance.timing.responseStart || clock()) - d.now,
  closes = +d.closes || 0, etag = d.etag, next_poll = 0, waiting = null, lost = 0, missed = 0, offline = false, carried = '',
// What the paper on this page, if there is one, puts in the place of these
  busy = () => false, sending = busy, held = () => carried, leave = busy, retry = busy, rank = busy, order = busy, safe = () => '恢复后本页自动更新。';

// Whether the hall can be reached. The line appears after three seconds of failure, not at the first lost answer.
const net = () => show($('net'), offline ? '▲ 网络断开，正在重连。' + safe() : ''),
  reached = ok => {
    if (!ok) lost = lost || later(() => { offline = true; net(); }, 3000);
    else if (lost) { clearTimeout(lost); lost = 0; offline = false; net(); retry(); }
  },
// One request. f(status, answer, header) when it is over; status 0: the hall was not reached. Returns how to stop it
  ask = (way, path, head, body, f) => {
    const x = new XMLHttpRequest(), since = clock(), told = k => x.getResponseHeader(k), over = (status, j) => { reached(status); f(status, j, told); };
    x.open(way, here + path);
// With the deadline near there has to be time for a second try
    x.timeout = closes ? 4e3 : 8e3;
    Object.keys(head).forEach(k => head[k] && x.setRequestHeader(k, head[k]));
    x.onerror = x.ontimeout = () => over(0);
    x.onload = () => { const j = parse(x.responseText), at = +told('X-Now'); if (at) skew = M.max(since - at, M.min(skew, clock() - at)); over(j || x.status > 299 ? x.status : 0, j); };
    x.send(body);
    return () => x.abort();
  },
  post = (path, told, f) => ask('POST', path, { 'Content-Type': 'application/json' }, written(told), f);

// Sends one paper until the hall answers: every try is the same paper under the same nonce. Returns {now, stop}.
function carry(r, ui, after) {
  let halt = busy, timer = 0, tries = 0, since = 0, why = '', over = false, slow = false;
  const tell = () => { if (slow && why && !over) ui.wait(why); },
    stop = () => { clearTimeout(timer); timer = 0; halt(); },
    send = () => {
      stop();
      since = clock();
      halt = post('', Object.assign({ round: r.r, nonce: r.n, made: r.m }, r.v), (status, j, head) => {
        const wait = status ? +head('Retry-After') : 0;
        if (j && (j.receipt || j.reason) && status !== 429 && status < 500) { over = true; return j.receipt ? ui.done(j) : ui.refused(j); }
        why = (status ? '大厅正忙，评分已存在本机，稍后自动重送' : '网络断开，评分已存在本机，恢复后自动送出');
        tell();
        timer = later(send, (wait || M.min(5, tries += 1)) * (800 + spread(400)) + spread(wait * 500));
      });
    };
  later(() => { slow = true; tell(); }, 3000);
  if (after) timer = later(send, after); else send();
  return { now: () => { if (!over && (timer || clock() - since > 3000)) send(); }, stop: () => { over = true; stop(); } };
}

// Papers of earlier rounds. A sealed one is carried on, and the hall decides; a half-filled one is shown until it has
// been seen; neither ever counts for another unit. What is settled goes, and of old drafts the newest ten stay.
function leftovers() {
  const old = [], number = k => +k.split('#')[1];
  try { for (let i = localStorage.length; i; i -= 1) old.push(localStorage.key(i - 1)); } catch (e) { return; }
  old.filter(k => k.indexOf('lt/b/') === 0 && number(k) && !($('f') && k === box)).sort((a, b) => number(b) - number(a)).forEach((k, i) => {
    const r = get(k), other = k.indexOf(key + '#');
    if (!r || r.s === 2 || (other && r.s > 1) || (!r.s && (i > 9 || !r.w))) drop(k);
    else if (!other) {
      const line = $('old').appendChild(make('p', '', { className: 'card say' })),
        tell = s => text(line, '“' + r.t + '”的评分' + s),
        seen = s => { tell(s); line.appendChild(knob('知道了', () => { drop(k); line.hidden = true; })); },
        settled = s => { r.s = 3; r.f = s; carried = ''; put(k, r); seen('：' + s); };
      if (k === box && r.s) show($('none'), '');
      if (r.s > 1) seen('：' + r.f);
      else if (!r.s) seen('没有提交，不计入：' + r.w);
      else {
        const before = retry, journey = carry(r, { wait: () => tell('还在本机，恢复后自动送出'), done: j => settled('已计票，回执 ' + j.receipt), refused: j => settled(j.message) });
        carried = carried || r.r + ' sealed';
        retry = () => { before(); journey.now(); };
        tell('正在送达');
      }
    }
  });
}

// A page that is not being filled changes by itself, spread over 0.8 s; one that is being filled is never replaced,
// unless nothing is left to fill in (its judge has been recused on the spot), or the hall, restored from a backup, has
// said twice that it does not know this page's receipt: another process may not have heard of it at first.
function follow(now) {
  const round = now.round || '', same = round === d.round && now.phase === (d.phase || null), got = now.receipt, newer = got && got.version > (d.version || 0),
    move = () => { waiting = null; if (busy()) leave(round === d.round ? '已截止。' : round ? '主持人已开始下一家。' : '这一轮已撤下。'); else later(reload, spread(800)); };
  closes = Date.parse(now.closes_at) || 0;
  missed = same && d.receipt && (got || now).receipt !== d.receipt ? missed + 1 : 0;
  waiting = null;
  if ((same && $('f') && !now.fields.length) || (missed > 1 && !sending())) later(reload, spread(800));
  else if (!same || !$('f') || (newer && !busy())) { if (sending()) waiting = move; else move(); }
  else if (newer && !sending()) { d.receipt = got.receipt; d.version = got.version; news('本席位已计入一张，回执 ' + got.receipt + '。再提交即替换。'); }
}
function poll() {
  clearTimeout(next_poll);
  ask('GET', '/now', { 'If-None-Match': etag, 'X-Paper': held() }, null, (status, j, head) => {
    clearTimeout(next_poll);
    next_poll = later(poll, (2500 + spread(1500)) * (D.hidden ? 4 : 1));
    if (status === 404 && j) news(j.message);
    if (j && 'serial' in j) { follow(j); if (!missed) etag = head('ETag'); }
  });
}
function wake() { if (!D.hidden) { retry(); poll(); } }
put('lt.badge', here);
leftovers();
W.ononline = () => later(wake, spread(1200));
W.onoffline = () => reached(0);
D.onvisibilitychange = wake;
next_poll = later(poll, spread(2500));
