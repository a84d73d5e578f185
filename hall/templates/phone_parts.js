// A long paper in parts: each part tells how much of it is filled in; the next one opens when one is done, and a press
// that is refused opens the part where something is missing.
const filled = t => picked(t) || all('.v', t).some(e => e.value),
  count = p => all('.t', p).filter(filled).length,
  whole = p => count(p) === all('.t', p).length;
rank = () => {
  const parts = all('.p'), done = parts.map(whole);
  order = () => parts.forEach((p, i) => {
    const b = all('summary b', p)[0], end = whole(p), next = parts[i + 1];
    text(b, '已评' + count(p) + '／' + all('.t', p).length);
    b.className = end ? 'y' : '';
    if (end && !done[i] && next && !all('.v', p)[0]) next.open = true;
    done[i] = end;
  });
  form.addEventListener('submit', () => later(() => {
    const e = all('.p .wrong .v')[0], p = e ? e.closest('.p') : parts.filter(x => !whole(x))[0];
    if (p && !$('need').hidden) p.open = true;
    if (e) e.focus();
  }, 0));
};
