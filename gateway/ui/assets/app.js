/* The script of every page. Nothing needs it: it keeps live parts fresh, counts down, shows what is typed.
   Written for browsers from Safari 12 on (ES2018 at most). */
(function () {
  'use strict';
  var doc = document;
  var all = function (selector, root) { return Array.prototype.slice.call((root || doc).querySelectorAll(selector)); };
  var announce = doc.getElementById('announce');
  var contact = doc.getElementById('contact');

  /* Things that only work with a script show themselves. */
  all('.js').forEach(function (one) { one.hidden = false; });

  /* ---- Countdowns ---- */
  function tick() {
    all('[data-countdown]').forEach(function (one) {
      var left = Number(one.getAttribute('data-countdown')) - 1;
      if (left < 0) { return; }
      one.setAttribute('data-countdown', String(left));
      one.textContent = one.getAttribute('data-text').replace('#', String(left));
    });
  }
  setInterval(tick, 1000);

  /* ---- Forms ---- */
  var dirty = false;
  doc.addEventListener('input', function (event) {
    dirty = dirty || Boolean(event.target.form && event.target.form.method === 'post');
    if (event.target.hasAttribute('data-meter')) { measure(event.target); }
  });
  doc.addEventListener('submit', function (event) {
    dirty = false;
    /* A second press of the button would send the form twice. After the event, so that its value is sent. */
    var buttons = all('button[type=submit]', event.target);
    setTimeout(function () { buttons.forEach(function (one) { one.disabled = true; }); }, 0);
    setTimeout(function () { buttons.forEach(function (one) { one.disabled = false; }); }, 8000);
  });
  window.addEventListener('pageshow', function () { all('button[disabled]').forEach(function (one) { one.disabled = false; }); });

  /* A hint only: the server judges. */
  function measure(field) {
    var box = field.parentNode.parentNode.querySelector('.meter');
    var text = field.value;
    var kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter(function (kind) { return kind.test(text); }).length;
    var different = text.split('').filter(function (letter, at) { return text.indexOf(letter) === at; }).length;
    var least = Number(field.getAttribute('data-meter'));
    var score = text.length < least || different < 5 ? 1 : (text.length + kinds * 2 >= least + 10 ? 3 : 2);
    box.hidden = !text;
    box.querySelector('meter').value = text ? score : 0;
    box.querySelector('span').textContent = text ? box.getAttribute(['', 'data-weak', 'data-fair', 'data-good'][score]) : '';
  }

  doc.addEventListener('click', function (event) {
    var button = event.target.closest ? event.target.closest('button') : null;
    if (!button) { return; }
    var field = doc.getElementById(button.getAttribute('data-reveal') || '');
    if (field) {
      var shown = field.type === 'text';
      field.type = shown ? 'password' : 'text';
      button.setAttribute('aria-pressed', String(!shown));
    }
    if (button.hasAttribute('data-print')) { window.print(); }
    if (button.hasAttribute('data-copy')) { copy(button); }
  });

  function copy(button) {
    var text = button.getAttribute('data-copy');
    var said = button.textContent;
    var done = function () {
      button.textContent = button.getAttribute('data-done');
      setTimeout(function () { button.textContent = said; }, 2000);
    };
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(done, function () {}); return; }
    var area = doc.createElement('textarea');
    area.value = text;
    doc.body.appendChild(area);
    area.select();
    if (doc.execCommand('copy')) { done(); }
    doc.body.removeChild(area);
    button.focus();
  }

  /* ---- Live parts ---- */
  var parts = all('[data-live]');
  var source = null;
  var timer = 0;
  var wait = 5000;
  var streaming = false;
  var lostAt = null;
  /* The stream has ended: perhaps the gateway went and came back before anybody asked. */
  var broken = false;
  var boot = null;

  function ask(path, then, failed) {
    var request = new XMLHttpRequest();
    request.open('GET', path);
    request.timeout = 10000;
    request.onload = function () { if (request.status === 200) { then(request.responseText); } else { failed(request.status); } };
    request.onerror = request.ontimeout = function () { failed(0); };
    request.send();
  }

  function query(elements) {
    var queries = [];
    elements.forEach(function (one) {
      var own = one.getAttribute('data-live-query');
      if (own && queries.indexOf(own) < 0) { queries.push(own); }
    });
    return queries.join('&');
  }

  /* Replaces a part, and keeps where the reader is in it. */
  function put(name, html) {
    parts.forEach(function (part) {
      if (part.getAttribute('data-live') !== name || part.lastHtml === html) { return; }
      var active = doc.activeElement;
      var inside = part.contains(active) && active !== part;
      if (inside && /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName)) { return; }
      var place = inside ? all('a,button,summary', part).indexOf(active) : -1;
      var before = part.querySelector('[data-say]');
      before = before && before.textContent;
      part.innerHTML = html;
      part.lastHtml = html;
      all('.js', part).forEach(function (one) { one.hidden = false; });
      var focus = place >= 0 && all('a,button,summary', part)[place];
      if (focus) { focus.focus({ preventScroll: true }); }
      var after = part.querySelector('[data-say]');
      if (after && before !== null && after.textContent !== before && announce) { announce.textContent = after.textContent; }
    });
  }

  function lost() {
    if (lostAt || !contact) { return; }
    lostAt = new Date();
    var two = function (n) { return (n < 10 ? '0' : '') + n; };
    contact.textContent = contact.getAttribute('data-text').replace('#', two(lostAt.getHours()) + ':' + two(lostAt.getMinutes()));
    contact.hidden = false;
  }

  function found() {
    wait = 5000;
    if (!lostAt && !broken) { return; }
    broken = false;
    if (lostAt) { lostAt = null; contact.hidden = true; }
    /* If the gateway is another one now, the page may be out of date. What somebody is typing is worth more. */
    ask('/alive', function (text) {
      if (boot !== null && text !== boot && !dirty) { location.reload(); }
      boot = text;
    }, function () {});
  }

  function poll() {
    clearTimeout(timer);
    if (doc.hidden || streaming) { return; }
    var left = parts.length;
    var good = true;
    var gone = false;
    var next = function () {
      left -= 1;
      if (left > 0) { return; }
      if (good) { found(); } else { wait = Math.min(wait * 1.5, 30000); }
      if (gone && !dirty) { location.reload(); return; }
      timer = setTimeout(poll, wait);
    };
    parts.forEach(function (part) {
      var name = part.getAttribute('data-live');
      var own = part.getAttribute('data-live-query');
      ask('/live/' + name + (own ? '?' + own : ''), function (html) { put(name, html); next(); }, function (status) {
        good = false;
        /* Signed out meanwhile: the page says so itself when it is loaded anew. */
        if (status === 401 || status === 403) { gone = true; } else if (status === 0 || status >= 500) { lost(); }
        next();
      });
    });
  }

  function stream() {
    if (!parts.length || doc.hidden || source) { return; }
    if (!window.EventSource) { poll(); return; }
    var names = parts.map(function (part) { return part.getAttribute('data-live'); });
    var own = query(parts);
    source = new EventSource('/live?parts=' + names.join(',') + (own ? '&' + own : ''));
    source.onopen = function () { streaming = true; clearTimeout(timer); found(); };
    source.onerror = function () {
      streaming = false;
      broken = true;
      source.close();
      source = null;
      /* Ask the simple way until the stream can be had again. */
      clearTimeout(timer);
      timer = setTimeout(poll, 1000);
      setTimeout(stream, wait * 3);
    };
    names.forEach(function (name) {
      source.addEventListener(name, function (event) { put(name, event.data); });
    });
  }

  function stop() {
    clearTimeout(timer);
    streaming = false;
    if (source) { source.close(); source = null; }
  }

  if (parts.length && location.protocol !== 'file:') {
    doc.addEventListener('visibilitychange', function () { if (doc.hidden) { stop(); } else { stream(); } });
    window.addEventListener('pagehide', stop);
    ask('/alive', function (text) { boot = text; }, function () {});
    stream();
  }

  /* ---- While the gateway restarts ---- */
  var restart = doc.querySelector('[data-restart]');
  if (restart && location.protocol !== 'file:') {
    var first = restart.getAttribute('data-alive');
    var tries = 0;
    var look = function () {
      tries += 1;
      ask('/alive', function (text) {
        /* It is back when it is another one, or when it has been away; or it never went, and half a minute is over. */
        if (text !== first || tries > 15) { location.href = restart.getAttribute('data-restart'); } else { setTimeout(look, 2000); }
      }, function () { first = ''; setTimeout(look, 2000); });
    };
    setTimeout(look, 1000);
  }
}());
