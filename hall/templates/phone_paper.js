// The open paper: keys beside the fields, the draft on this phone, what is missing, sending, the three-step receipt.
// shut: the deadline has passed; gone: this round is over for this page, whatever the clock says
let rec = null, shut = false, gone = false, asked = '', journey = null, kept = true;
const form = $('f'), others = retry,
  is = s => rec && rec.s === s,
  boxes = t => all('input', t),
  inputs = () => boxes(form).filter(e => e.name[0] === 'm'),
  label = e => all('label', e.closest('.row'))[0].firstChild.data,
  last = k => k.split('.').pop(),
  picked = t => boxes(t).filter(e => e.checked && e.value)[0],
  decimals = s => (s.split('.')[1] || '').length,
  say = s => text($('say'), s),
  tell_need = s => show($('need'), s),
  undo = s => show($('undo'), s),
  again = $('again'),
  fate = () => (d.receipt ? '修改没有送出，仍以回执 ' + d.receipt + ' 为准。' : '您填的评分没有送出，不计入。'),
  steps = (b, c) => each('#steps li', (li, i) => { li.className = [kept ? 'y' : '', b, c][i]; if (i > 1) text(li, c === 'n' ? '未计票' : '已计票'); }),
  on_its_way = s => say(shut ? '已截止，正在送达您截止前提交的评分' : s),
  paper = (s, n, m) => { const v = values(); rec = { r: d.round, t: D.title, v: v, w: words(v).join('；'), s: s, n: n, m: m }; kept = put(box, rec); };
sending = () => is(1);
busy = () => is(0) || is(1);
held = () => (is(1) ? d.round + ' sealed' : is(0) && !shut && !gone ? d.round + ' filling' : carried);
safe = () => (!kept || is(1) ? '请不要关闭本页。' : '已填的都在本机，可以照常填写和提交。');
retry = () => { others(); sync(); if (journey) journey.now(); };
leave = why => freeze(why + fate());

function values() {
  const v = {};
  inputs().forEach(e => { if (!e.disabled && e.value && (e.type !== 'radio' || e.checked)) v[e.name] = e.value; });
  return v;
}
// The paper in words, a line a unit.
function words(v) {
  const out = [];
  each('.t', t => {
    const p = picked(t), parts = all('.v', t).filter(e => v[e.name]).map(e => label(e) + ' ' + v[e.name]).concat(p ? p.nextSibling.textContent : []);
    if (parts[0]) out.push(t.dataset.n + '：' + parts.join(' · '));
  });
  each('.rank li', li => { const n = v[boxes(li)[0].name]; if (n) out.push('第' + n + '名 ' + li.dataset.n); });
  return v.m ? ['整张' + (v.m === 'abstain' ? '弃权' : '不了解')] : out;
}
function fill(v) {
  inputs().forEach(e => { const x = v[e.name] || ''; if (e.type === 'radio') e.checked = e.value === x; else e.value = x; });
  paint();
}
function paint() {
  each('.t', t => each('.v', e => {
    const off = e.disabled = !!picked(t);
    each('button', b => { const on = !!b.value && b.value === e.value; b.disabled = off; b.className = on ? 'on' : ''; if (b.value) mark(b, 'aria-pressed', on); }, e.closest('.f'));
  }, t));
  order();
}
function blame(e, s) {
  const f = e.closest('.f,li'), p = all('.err', f)[0] || f.appendChild(make('p', '', { className: 'err' }));
  p.id = 'e' + e.name;
  show(p, s);
  f.classList[s ? 'add' : 'remove']('wrong');
  mark(e, 'aria-invalid', !!s);
  mark(e, 'aria-describedby', p.id);
}
function wrong(e) {
  const s = e.value.replace(/[０-９．]/g, c => String.fromCharCode(c.charCodeAt(0) - 65248)).replace(/。/g, '.').trim(), r = e.dataset.r.split(','),
    k = M.pow(10, M.max(decimals(s), decimals(r[0]), decimals(r[2]))), x = M.round(s * k), lo = M.round(r[0] * k);
  if (s !== e.value) e.value = s;
  return !s ? '' : !/^-?\d+(\.\d+)?$/.test(s) ? '请填数字' : x < lo || x > M.round(r[1] * k) ? '应在' + r[0] + '到' + r[1] + '之间' : (x - lo) % M.round(r[2] * k) ? '每档' + r[2] + '，请改为整档' : '';
}
// What is in the hall already stands in the fields' defaults: of the page, then of each answer.
// What keeps the paper from being sent, shown beside its field: [words, first field to mend], or null.
function missing() {
  const ts = all('.t').filter(t => boxes(t)[0]), one = ts.length === 1, blank = [], most = all('.p')[0] ? 3 : 99;
  let first = null;
  ts.forEach(t => {
    const vs = all('.v', t), empty = !picked(t) && !vs.some(e => e.value.trim()), taken = empty && d.receipt && vs.some(e => e.defaultValue);
    if (empty && !taken) blank.push(t.dataset.n);
    vs.forEach(e => {
      const s = e.disabled ? '' : !e.value && (empty ? one || taken : !d.partial) ? (taken ? '已交过，不能留空；不评请选弃权' : '还没打分：' + label(e)) : wrong(e);
      blame(e, s);
      if (s && !first) first = e;
    });
    if (empty && one && !vs[0]) blame(first = boxes(t)[0], '请选一项');
  });
  each('.rank .v', e => { if (!e.value && !first && !picked(form)) first = all('button', e.parentNode)[0]; });
  if (first) return [ts[0] ? '请补全标红的地方' : '请把每一家都排上名次', first];
  if (ts[0] && blank.length === ts.length) return ['还没给任何一家打分', boxes(ts[0])[0]];
  if (blank[0] && asked !== '' + blank) { asked = '' + blank; return ['还有' + blank.length + '家没打分：' + blank.slice(0, most).join('、') + (blank[most] ? '等' : '') + '。再按一次提交，这几家就不计您的票']; }
  return null;
}
// Minus, plus and five chips for every field, made only where there is a script to serve them.
function keys(e) {
  const r = e.dataset.r.split(','), lo = +r[0], st = +r[2], n = M.floor((r[1] - lo) / st + 1e-9), row = e.parentNode, chips = make('div', '', { className: 'chips' }), marks = [], name = last(e.name),
    at = i => String(+(lo + M.max(0, M.min(n, i)) * st).toFixed(9)),
    tap = (to, s, before, tell, f) => {
      const b = to.insertBefore(knob(s, () => { e.value = f || (e.value.trim() === '' || isNaN(e.value) ? marks[marks.length >> 1] : at(M.round((e.value - lo) / st) + (before ? -1 : 1))); blame(e, ''); changed(); }), before);
      if (f) b.value = f; else mark(b, 'aria-label', label(e) + tell);
    },
    mine = (get(key + '!') || []).filter(m => m.r !== d.round && m.v[name]).slice(-3);
  for (let i = 0; i < 5 && i <= n; i += 1) { marks[i] = at(n > 20 ? M.round(n * (0.95 - i * 0.05)) : n - i); tap(chips, marks[i], null, '', marks[i]); }
  mark(chips, 'role', 'group');
  mark(chips, 'aria-label', label(e));
  tap(row, '－', e, '减');
  tap(row, '＋', null, '加');
  row.parentNode.insertBefore(chips, row.nextSibling);
  if (mine[0]) all('label', row)[0].appendChild(make('span', '我给前' + mine.length + '家：' + mine.map(m => m.v[name]).join(' · ')));
}
// A field that loses the focus says so even if nothing has changed, and when another tab has filled it
function changed() {
  if (is(1) || (rec && written(values()) === written(rec.v))) return;
  paper(0);
  asked = '';
  tell_need('');
  steps('', '');
  say(kept ? '' : '本机不能保存草稿（无痕浏览？），填好后请马上提交。');
  paint();
}
function lock() {
  const on = is(1), end = shut || gone;
  $('all').disabled = on || end;
  text($('go'), on ? '正在送出' : end ? '已截止' : d.receipt ? '重新提交' : '提交');
}
// The judge has read what became of this paper, and goes on
function freeze(s) {
  gone = true;
  lock();
  undo('');
  say('');
  text($('left'), '已截止');
  news(s, knob('继续', () => { drop(box); reload(); }));
}
function submit(ev) {
  ev.preventDefault();
  sync();
  tick();
  if (shut || gone || is(1)) return;
  const bad = missing();
  tell_need(bad ? bad[0] : '');
  if (!bad) { paper(1, form.elements.nonce.value + M.random(), clock() - skew); send(); }
  else if (bad[1]) { bad[1].focus(); bad[1].scrollIntoView({ block: 'center' }); }
}
// Sealed: this very paper goes on being sent until the hall has answered, also after the deadline.
function send(after) {
  const mine = rec;
  lock();
  steps('', '');
  on_its_way('正在送出…');
  journey = carry(mine, {
    wait: s => { on_its_way(s); undo(shut ? '' : '先不送，再改改'); },
    done: j => { mine.s = 2; mine.j = j; put(box, mine); counted(); },
    refused: j => {
      const e = inputs().filter(i => i.name === j.field && i.type !== 'hidden')[0], over = shut || j.reason.indexOf('round_') === 0;
      arrived();
      mine.s = over ? 3 : 0;
      mine.f = j.message;
      put(box, mine);
      steps('y', 'n');
      lock();
      tell_need(over ? '' : j.message);
      if (e) { blame(e, j.message); e.focus(); }
      if (over) freeze(j.message); else if (waiting) waiting();
    }
  }, after);
}
function arrived() {
  if (journey) journey.stop();
  journey = null;
  undo('');
  say('');
}
function counted() {
  const j = rec.j, v = {}, out = $('sent');
  arrived();
  d.receipt = j.receipt;
  d.version = j.version;
  Object.keys(rec.v).forEach(k => { v[last(k)] = rec.v[k]; });
  each('.v', e => { e.defaultValue = e.value; });
  if (all('.t').length === 1) put(key + '!', (get(key + '!') || []).filter(m => m.r !== d.round).concat({ r: d.round, v: v }).slice(-20));
  steps('y', '');
  later(() => is(2) && steps('y', 'y'), 250);
  text($('code'), j.receipt);
  text($('when'), (d.secret ? '' : new Date(Date.parse(j.received_at) + 288e5).toISOString().slice(11, 19) + ' ') + '第' + j.version + '次提交');
  text(out, '');
  words(rec.v).forEach(s => out.appendChild(make('p', s)));
  $('got').hidden = again.open = false;
  etag = again.className = '';
  lock();
  say('已计票');
  news('');
  $('got').scrollIntoView({ block: 'center' });
  if (waiting) waiting();
}
// Another tab of this badge has gone on: both show the same paper, one of them sends it.
function sync() {
  const now = get(box);
  if (!now || gone || written(now) === written(rec)) return;
  arrived();
  tell_need('');
  rec = now;
  fill(now.v);
  if (now.j) counted();
  else if (is(1)) send(15e3);
  else if (is(3)) { steps('y', 'n'); freeze(now.f); }
  else { again.open = true; steps('', ''); lock(); }
}
// The deadline is the hall's, by the hall's clock. The host may still extend it: then the form opens again.
function tick() {
  const s = closes ? M.ceil((closes - clock() + skew) / 1e3) : 1;
  if (gone) return;
  if (shut !== s < 1) {
    shut = s < 1;
    lock();
    undo('');
    say('');
    if (is(1)) on_its_way(''); else news(shut && is(0) ? '已截止。' + fate() : '');
  }
  text($('left'), !closes ? '' : shut ? '已截止' : '剩余' + (s > 59 ? M.floor(s / 60) + '分' : '') + s % 60 + '秒');
  if (offline) net();
}
if (!all('.p')[0]) each('.t .v', keys);
rank();
const old = get(box);
if (d.kept) changed();
else if (old && (old.s !== 2 || !d.receipt)) {
  rec = old;
  fill(old.v);
  again.open = true;
  steps('', '');
  if (is(1)) send();
  else { say(old.s > 1 ? old.f || '大厅里没有您这张票，请再按一次提交。' : '已恢复本机草稿，请核对。'); paper(0); }
}
paint();
form.oninput = form.onchange = changed;
form.onsubmit = submit;
// The red key stands at the bottom of the screen, but not over a keyboard; and it never moves under a finger
form.addEventListener('focus', () => later(() => { D.body.className = D.activeElement.className === 'v' ? 'typing' : ''; }, 500), true);
$('undo').onclick = () => { arrived(); rec.s = 0; put(box, rec); lock(); say('改好后请再提交。'); if (waiting) waiting(); };
W.onstorage = e => { if (e.key === box) sync(); };
setInterval(tick, 500);
tick();
