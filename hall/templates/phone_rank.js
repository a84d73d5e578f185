// A ranking paper: tap the units in order; tap again to take one out; arrows to mend.
const placed = () => all('.rank .v').filter(e => e.value);
rank = () => {
  all('.rank li').forEach(li => {
    const e = all('.v', li)[0], l = all('label', li)[0], who = l.firstChild.data, tap = knob('');
    const arrow = (s, tell, by) => {
      const b = knob(s, () => { const p = +e.value, o = placed().filter(x => +x.value === p + by)[0]; if (o) { o.value = p; e.value = p + by; changed(); } });
      mark(b, 'aria-label', who + tell);
      li.appendChild(b);
    };
    e.type = 'hidden'; l.hidden = true;
    li.dataset.n = who + (l.children.length ? '（回避，不计入）' : '');
    tap.onclick = () => {
      const p = +e.value, n = placed().length;
      if (p) { placed().forEach(x => { if (x.value > p) { x.value -= 1; } }); }
      e.value = p ? '' : n + 1;
      changed();
    };
    li.appendChild(tap); arrow('↑', '上移', -1); arrow('↓', '下移', 1);
  });
};
order = () => {
  const list = all('.rank')[0], had = D.activeElement;
  const off = !!picked(form);
  all('li', list).map((li, i) => [+all('.v', li)[0].value || 1000 + i, li]).sort((a, b) => a[0] - b[0]).forEach(x => {
    const b = all('button', x[1]), on = x[0] < 1000;
    text(b[0], (on ? '第' + x[0] + '名 ' : '点选 ') + x[1].dataset.n);
    b[0].className = on ? 'tap on' : 'tap'; b[1].hidden = b[2].hidden = !on; all('input', x[1])[0].disabled = b[0].disabled = b[1].disabled = b[2].disabled = off;
    list.appendChild(x[1]);
  });
  if (list.contains(had)) { had.focus(); }
};
