// The open paper: keys beside the fields, the draft on this phone, what is missing, sending, the three-step receipt.
const form = $('f');
let rec = null, shut = false, asked = '', journey = null;
const inputs = () => all('input', form).filter(e => /^m(\.|$)/.test(e.name));
const label = e => all('label', e.closest('.row'))[0].firstChild.data;
const last = k => k.split('.').pop();
const picked = t => all('input[type=radio]:checked', t).filter(e => e.value)[0];
const decimals = s => (s.split('.')[1] || '').length;
const say = s => text($('say'), s);
busy = () => !!rec && rec.s < 2;
sending = () => !!rec && rec.s === 1;
retry = () => { if (journey) { journey.now(); } };
leave = why => {
  const fate = d.receipt ? '修改没有送出，仍以回执 ' + d.receipt + ' 为准。' : '您填的评分没有送出，不计入。';
  freeze(why + fate, '继续');
};

function values() {
  const v = {};
  inputs().forEach(e => { if (!e.disabled && e.value !== '' && (e.type !== 'radio' || e.checked)) { v[e.name] = e.value; } });
  return v;
}
function fill(v) { inputs().forEach(e => { const x = v[e.name] || ''; if (e.type === 'radio') { e.checked = e.value === x; } else { e.value = x; } }); paint(); }
function paint() {
  all('.t').forEach(t => {
    const off = !!picked(t);
    all('.v', t).forEach(e => {
      e.disabled = off;
      all('button', e.closest('.f')).forEach(b => { b.disabled = off; if (b.value) { b.className = b.value === e.value ? 'on' : ''; b.setAttribute('aria-pressed', b.value === e.value); } });
    });
  });
  if (typeof order === 'function') { order(); }
}
function blame(e, s) {
  const f = e.closest('.f') || e.closest('li');
  let p = all('.err', f)[0];
  if (!p) { p = make('p', '', 'err'); p.id = 'e.' + e.name; f.appendChild(p); }
  show(p, s); f.classList.toggle('wrong', !!s); e.setAttribute('aria-invalid', !!s); e.setAttribute('aria-describedby', p.id);
}
function wrong(e) {
  const s = e.value.replace(/[０-９．]/g, c => String.fromCharCode(c.charCodeAt(0) - 65248)).replace(/。/g, '.').trim(), r = e.dataset.r.split(',');
  if (s !== e.value) { e.value = s; }
  if (!s) { return ''; }
  if (!/^-?\d+(\.\d+)?$/.test(s)) { return '请填数字'; }
  const k = M.pow(10, M.max(decimals(s), decimals(r[0]), decimals(r[2]))), x = M.round(s * k), lo = M.round(r[0] * k);
  if (x < lo || x > M.round(r[1] * k)) { return '应在' + r[0] + '到' + r[1] + '之间'; }
  return (x - lo) % M.round(r[2] * k) ? '每档' + r[2] + '，请改为整档' : '';
}
// What keeps the paper from being sent, shown beside its field: [words, first field to mend], or null.
function missing() {
  const ts = all('.t').filter(t => all('input', t).length), one = ts.length === 1, blank = [];
  let first = null;
  ts.forEach(t => {
    const vs = all('.v', t), empty = !picked(t) && !vs.some(e => e.value.trim());
    if (empty) { blank.push(t.dataset.n); }
    vs.forEach(e => {
      let s = e.disabled ? '' : wrong(e);
      if (!e.disabled && !e.value && (empty ? one : !d.partial)) { s = '还没打分：' + label(e); }
      blame(e, s);
      if (s && !first) { first = e; }
    });
    if (empty && one && !vs.length) { first = all('input', t)[0]; blame(first, '请选一项'); }
  });
  all('.rank .v').forEach(e => { if (!e.value && !first && !picked(form)) { first = all('button', e.parentNode)[0]; } });
  if (first) { return [ts.length ? '请补全标红的地方' : '请把每一家都排上名次', first]; }
  if (ts.length && blank.length === ts.length) { return ['还没给任何一家打分', all('.t input')[0]]; }
  if (blank.length && asked !== blank.join()) { asked = blank.join(); return ['还有' + blank.length + '家没打分：' + blank.join('、') + '。再按一次提交，这几家就不计您的票']; }
  return null;
}
// Minus, plus and five chips for every field, made only where there is a script to serve them.
function keys(e) {
  const r = e.dataset.r.split(','), lo = +r[0], st = +r[2], n = M.floor((r[1] - lo) / st + 1e-9), row = e.parentNode, chips = make('div', '', 'chips'), marks = [];
  const at = i => String(+(lo + M.max(0, M.min(n, i)) * st).toFixed(9));
  const key_of = (s, tell, f) => { const b = make('button', s); if (tell) { b.setAttribute('aria-label', label(e) + tell); } b.onclick = () => { e.value = f(); blame(e, ''); changed(); }; return b; };
  const nudge = by => () => (e.value.trim() === '' || isNaN(e.value) ? marks[marks.length >> 1] : at(M.round((e.value - lo) / st) + by));
  for (let i = 0; i < 5 && i <= n; i++) { marks.push(at(n > 20 ? M.round(n * (0.95 - i * 0.05)) : n - i)); }
  marks.forEach(s => { const b = key_of(s, '', () => s); b.value = s; chips.appendChild(b); });
  chips.setAttribute('role', 'group'); chips.setAttribute('aria-label', label(e));
  row.insertBefore(key_of('－', '减', nudge(-1)), e); row.appendChild(key_of('＋', '加', nudge(1))); row.parentNode.insertBefore(chips, row.nextSibling);
  const mine = (get(key + '!') || []).filter(m => m.r !== d.round && m.v[last(e.name)]).slice(-3);
  if (mine.length) { all('label', row)[0].appendChild(make('span', '我给前' + mine.length + '家：' + mine.map(m => m.v[last(e.name)]).join(' · '))); }
}
function steps(a, b, c) { all('#steps li').forEach((li, i) => { li.className = [a, b, c][i]; }); }
function changed() {
  rec = { r: d.round, t: D.title, v: values(), s: 0 };
  asked = ''; show($('need'), '');
  const kept = put(box, rec);
  steps(kept ? 'y' : '', '', '');
  say(kept ? '' : '本机不能保存草稿（无痕浏览？），填好后请马上提交。');
  paint();
}
function lock(on) { $('all').disabled = on || shut; text($('go'), shut ? '已截止' : on ? '正在送出' : d.receipt ? '重新提交' : '提交'); }
function freeze(s, way) { shut = true; lock(true); show($('undo'), ''); say(''); text($('left'), '已截止'); news(s, way); }
function nonce() { return Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(12)), b => ('0' + b.toString(16)).slice(-2)).join(''); }
function submit(ev) {
  ev.preventDefault();
  const bad = missing();
  show($('need'), bad ? bad[0] : '');
  if (!bad) { rec = { r: d.round, t: D.title, v: values(), s: 1, n: nonce() }; send(put(box, rec)); }
  else if (bad[1]) { bad[1].focus(); bad[1].scrollIntoView({ block: 'center' }); }
}
function send(kept) {
  const mine = rec, over = () => { journey = null; show($('undo'), ''); };
  lock(true); steps(kept ? 'y' : '', '', ''); say('正在送出…');
  journey = carry(mine, {
    wait: s => { say(s); show($('undo'), '先不送，再改改'); },
    done: j => {
      over(); mine.s = 2; put(box, mine); d.receipt = j.receipt; d.version = j.version;
      const v = {};
      Object.keys(mine.v).forEach(k => { v[last(k)] = mine.v[k]; });
      if (all('.t').length === 1) { put(key + '!', (get(key + '!') || []).filter(m => m.r !== mine.r).concat([{ r: mine.r, v: v }]).slice(-20)); }
      steps('y', 'y', ''); setTimeout(() => steps('y', 'y', 'y'), 250);
      const t = new Date(Date.parse(j.received_at) + 288e5);
      text($('code'), j.receipt); text($('when'), (isNaN(t) || d.secret ? '' : t.toISOString().slice(11, 19) + ' ') + '第' + j.version + '次提交'); tell(mine.v);
      $('got').hidden = false; $('again').className = ''; $('again').open = false; lock(false); say('已计票'); $('got').scrollIntoView({ block: 'center' });
      if (waiting) { waiting(); }
    },
    refused: j => {
      over(); mine.s = 0; put(box, mine); steps('y', 'y', 'n'); lock(false); say('');
      const e = inputs().filter(i => i.name === j.field && i.type !== 'hidden')[0];
      if (e) { blame(e, j.message); e.focus(); } else { show($('need'), j.message); }
      if (/^round_/.test(j.reason)) { waiting = null; freeze(j.message, '继续'); } else if (waiting) { waiting(); }
    }
  });
}
function tell(v) {
  const out = $('sent');
  out.textContent = '';
  all('.t').forEach(t => {
    const parts = all('.v', t).filter(e => v[e.name]).map(e => label(e) + ' ' + v[e.name]), p = picked(t);
    if (p) { parts.push(p.nextSibling.textContent); }
    if (parts.length) { out.appendChild(make('p', t.dataset.n + '：' + parts.join(' · '))); }
  });
  all('.rank li').forEach(li => { if (v.m) { text(out, v.m === 'abstain' ? '整张弃权' : '整张不了解'); } else { out.appendChild(make('p', all('.tap', li)[0].textContent)); } });
}
function tick() {
  const s = M.ceil((closes + skew - Date.now()) / 1000);
  if (!shut) { text($('left'), !closes ? '' : s > 0 ? '剩余' + (s > 59 ? M.floor(s / 60) + '分' : '') + s % 60 + '秒' : '正在截止…'); }
}
all('.t .v').forEach(keys);
if (typeof rank === 'function') { rank(); }
const old = get(box);
if (d.kept) { rec = { r: d.round, t: D.title, v: values(), s: 0 }; put(box, rec); }
else if (old && (old.s < 2 || !d.receipt)) {
  rec = old; fill(old.v); $('again').open = true; steps('y', '', '');
  if (old.s === 1) { send(true); }
  else { say(old.s ? '大厅里没有您这张票，请再按一次提交。' : '已恢复本机草稿，请核对后提交。'); old.s = 0; }
}
paint();
form.oninput = form.onchange = changed; form.onsubmit = submit;
form.addEventListener('focus', e => { D.body.className = e.target.className === 'v' ? 'typing' : ''; }, true);
$('undo').onclick = () => { journey.stop(); journey = null; rec.s = 0; put(box, rec); show($('undo'), ''); lock(false); say('已停止送出，改好后请再提交。'); if (waiting) { waiting(); } };
setInterval(tick, 500); tick();
