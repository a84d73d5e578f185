// The QR code on the hall's screen: a phone that has shown its badge before goes straight back to it.
let badge = null;
try { badge = JSON.parse(localStorage.getItem('lt.badge')); } catch (e) { badge = null; }
if (typeof badge === 'string' && /^\/b\/[\w-]+$/.test(badge)) { location.replace(badge); }
