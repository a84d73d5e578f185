// The device check on the waiting page, once a browser and badge: can it keep a draft, is its clock right, does what
// it sends arrive, do five small answers come. Ten seconds; a round that opens meanwhile comes first. Kept under '…?':
// {at, storage, skew_ms, round_trip_ms, lost, sent}.
const lines = all('#check li'), found_key = key + '?', fill_up = new Array(3000).join('x'),
  set = (i, shape, s) => { lines[i].className = shape; text(lines[i], s); },
  kept_here = ok => set(0, ok ? 'g' : 'r', ok ? '保存：填的评分能存在本机' : '保存：不能存在本机，请退出无痕浏览再扫码'),
  clocks = ms => { const m = M.round(M.abs(ms) / 6e4); set(1, m ? 'a' : 'g', m ? '时钟：比会场' + (ms > 0 ? '快' : '慢') + (m < 120 ? m + '分钟' : M.round(m / 60) + '小时') + '，按会场时间计，不影响打分' : '时钟：与会场一致'); },
  show_found = r => {
    const bad = r.lost > 1 || r.round_trip_ms > 3000;
    kept_here(r.storage);
    clocks(r.skew_ms);
    set(2, r.sent ? 'g' : 'r', r.sent ? '发送：能送到会场' : '发送：还没有送到，正在重试');
    set(3, bad ? 'r' : r.lost ? 'a' : 'g', '接收：5次收到' + (5 - r.lost) + '次' + (r.lost < 5 ? '，约' + M.max(0.1, r.round_trip_ms / 1e3).toFixed(1) + '秒' : ''));
    text($('verdict'), r.storage && r.sent && !bad ? '检查完成，这部手机可以用来打分。' : r.sent && r.storage ? '网络不稳，请换个位置，或请工作人员帮忙，再检查一次。' : '请工作人员帮忙看一看，再检查一次。');
    $('recheck').hidden = false;
  };
function report(r, tries) {
  post('/check', Object.assign({ fill_up: fill_up }, r), (status, j) => {
    r.sent = !!j && j.status === 'noted';
    if (r.sent) put(found_key, r);
    else if (tries && (!status || status > 428)) later(() => report(r, tries - 1), 4000 + spread(3000));
    show_found(r);
  });
}
function check() {
  const trips = [], storage = put(found_key, 0) && get(found_key) === 0;
  $('check').hidden = false;
  $('recheck').hidden = true;
  kept_here(storage);
  clocks(skew);
  set(2, '', '发送：检查中…');
  set(3, '', '接收：检查中…');
  text($('verdict'), '约需十秒。');
  for (let i = 0; i < 5; i += 1) later(() => { const t = clock(); ask('GET', '/now', {}, null, status => status === 200 && trips.push(clock() - t)); }, 2000 * i);
  later(() => {
    trips.sort((a, b) => a - b);
    report({ at: clock(), storage: storage, skew_ms: M.round(skew), round_trip_ms: M.min(trips[trips.length >> 1] || 0, 6e4), lost: M.max(0, 5 - trips.length) }, 9);
  }, 10500);
}
const found = get(found_key);
$('recheck').onclick = check;
if (found && clock() - found.at < 2e7) { $('check').hidden = false; show_found(found); }
else later(check, spread(1000));
