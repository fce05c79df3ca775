/* Reads the code on a SIM card with the camera, or from a photo. The browser's own reader is taken where there is one; else jsQR is loaded.
   Written for browsers from Safari 12 on (ES2018 at most). */
(function () {
  'use strict';
  var doc = document;
  var box = doc.getElementById('scanner');
  if (!box) { return; }
  var video = doc.getElementById('scan-video');
  var say = doc.getElementById('scan-say');
  var start = doc.getElementById('scan-start');
  var photo = doc.getElementById('scan-photo');
  var canvas = doc.createElement('canvas');
  var own = null;
  var loading = null;
  var over = false;

  function tell(name) { say.textContent = box.getAttribute('data-' + name); }

  /* A reader is a function from a canvas to a promise of texts. */
  function reader() {
    if (loading) { return loading; }
    loading = 'BarcodeDetector' in window
      ? window.BarcodeDetector.getSupportedFormats().then(function (formats) {
        var wanted = ['qr_code', 'code_128', 'code_39', 'itf'].filter(function (format) { return formats.indexOf(format) >= 0; });
        if (wanted.indexOf('qr_code') < 0) { return vendored(); }
        own = new window.BarcodeDetector({ formats: wanted });
        return function (picture) {
          return own.detect(picture).then(function (codes) { return codes.map(function (code) { return code.rawValue; }); });
        };
      })
      : vendored();
    return loading;
  }

  function vendored() {
    return new Promise(function (done, failed) {
      var script = doc.createElement('script');
      script.src = box.getAttribute('data-reader');
      script.onload = function () {
        done(function (picture) {
          var pixels = picture.getContext('2d').getImageData(0, 0, picture.width, picture.height);
          var code = window.jsQR(pixels.data, pixels.width, pixels.height, { inversionAttempts: 'attemptBoth' });
          return Promise.resolve(code ? [code.data] : []);
        });
      };
      script.onerror = failed;
      doc.head.appendChild(script);
    });
  }

  /* The number of a card: digits, alone or after `ICCID`; an IMSI is 14 or 15 digits. */
  function number(texts) {
    for (var at = 0; at < texts.length; at += 1) {
      var found = /^(?:ICCID[:= ]*)?(\d[\d ]{16,26}\d)F?$/i.exec(texts[at].trim());
      var digits = found && found[1].replace(/ /g, '');
      if (digits && digits.length >= 18 && digits.length <= 20) { return digits; }
    }
    return null;
  }

  function go(digits) {
    over = true;
    var next = box.getAttribute('data-next');
    location.href = next + (next.indexOf('?') < 0 ? '?' : '&') + 'iccid=' + encodeURIComponent(digits);
  }

  /* Draws a picture small enough for an old phone to read within a moment. */
  function draw(picture, width, height) {
    var scale = Math.min(1, 800 / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  }

  function watch(read) {
    if (over) { return; }
    if (video.readyState < 2) { setTimeout(watch, 200, read); return; }
    draw(video, video.videoWidth, video.videoHeight);
    read(canvas).then(function (texts) {
      var digits = number(texts);
      if (digits) { go(digits); return; }
      if (texts.length) { tell('strange'); }
      setTimeout(watch, 200, read);
    }, function () { setTimeout(watch, 500, read); });
  }

  start.addEventListener('click', function () {
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) { tell('none'); return; }
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false }).then(function (stream) {
      video.srcObject = stream;
      video.hidden = false;
      start.hidden = true;
      tell('looking');
      window.addEventListener('pagehide', function () {
        over = true;
        stream.getTracks().forEach(function (track) { track.stop(); });
      });
      return video.play().then(reader).then(watch);
    }).catch(function () { tell('denied'); });
  });

  photo.addEventListener('change', function () {
    var file = photo.files[0];
    if (!file) { return; }
    var picture = new Image();
    /* As a data: address, which the page's policy allows for pictures. */
    var opened = new FileReader();
    picture.onload = function () {
      draw(picture, picture.naturalWidth, picture.naturalHeight);
      reader().then(function (read) { return read(canvas); }).then(function (texts) {
        var digits = number(texts);
        if (digits) { go(digits); } else { tell(texts.length ? 'strange' : 'nothing'); }
      }).catch(function () { tell('nothing'); });
    };
    picture.onerror = function () { tell('nothing'); };
    opened.onload = function () { picture.src = opened.result; photo.value = ''; };
    opened.readAsDataURL(file);
  });
}());
