// Runs before anything is painted, long before the app: keeps an early submit or press, hides a login form
// from people who are signed in, puts the page into the person's language, and says so when the app does not come or breaks.
(() => {
  'use strict';
  const doc = document, root = doc.documentElement;
  let started = false, over = false;

  const show = (id) => {
    const put = () => {
      for (const other of doc.querySelectorAll('.notice')) other.hidden = other.id !== id;
      const notice = doc.getElementById(id);
      if (!notice) return;
      const link = notice.querySelector('a');
      if (!link) return;
      link.href = location.href;
      // The app's router may still be listening, and would take this for a way to where we are.
      link.onclick = (event) => {
        event.preventDefault();
        event.stopPropagation();
        location.reload();
      };
      if (id !== 'boot-slow') link.focus();
    };
    if (doc.readyState === 'loading') doc.addEventListener('DOMContentLoaded', put);
    else put();
  };
  const end = (id) => {
    if (over) return;
    over = true;
    root.dataset.over = id;
    show(id);
  };
  const failed = (why) => {
    if (why) console.warn('the app could not be started:', why);
    end(started ? 'boot-broken' : 'boot-failed');
  };

  // Who has tokens is about to see another page than this form.
  let storage = null;
  try { storage = localStorage; } catch { /* denied: then there are no tokens either */ }
  try {
    for (let i = 0; i < storage.length; i++) {
      if (/^CognitoIdentityServiceProvider\..+\.LastAuthUser$/.test(storage.key(i))) root.dataset.session = 'stored';
    }
  } catch { /* as above */ }
  const fillIn = () => {
    const name = doc.querySelector('#prerendered input[autocomplete^=username]');
    if (!name || name.value || name === doc.activeElement || /signup/.test(location.pathname)) return;
    const get = (key) => storage?.getItem(key) ?? '';
    // As session/store.rs keeps them: an address, or the other name that was used after it.
    name.value = name.type === 'email' ? get('User_Email') : get('User_Name') || (name.inputMode === 'tel' ? '' : get('User_Email'));
  };
  // "Interactive" comes before the app's script, DOMContentLoaded after it.
  doc.addEventListener('readystatechange', fillIn);

  // The language: what was chosen here, else the first of the browser's that there is. LANGUAGES and LANGUAGE_VERSION are
  // put in by the build; those that are written from right to left have a star.
  const kept = 'Doorward.language', languages = LANGUAGES.split(' ');
  const known = (wanted) => {
    let tag = { no: 'nb', nn: 'nb', iw: 'he', in: 'id' }[wanted.slice(0, 2).toLowerCase()] || wanted;
    for (;;) {
      const found = languages.map((each) => each.replace('*', '')).find((each) => each.toLowerCase() === tag.toLowerCase());
      if (found || !/-/.test(tag)) return found;
      tag = tag.replace(/-[^-]*$/, '');
    }
  };
  const turnTo = (tag) => {
    root.lang = tag;
    root.dir = languages.includes(`${tag}*`) ? 'rtl' : 'ltr';
  };
  const load = (tag) => {
    if (tag === 'en') return Promise.resolve({ texts: [] });
    const patience = new AbortController();
    setTimeout(() => patience.abort(), 10000);
    return fetch(`/assets/${tag}-${LANGUAGE_VERSION}.json`, { signal: patience.signal }).then((response) => response.json());
  };
  // For the app: changes the language, or keeps it if the new one does not arrive.
  const speak = (tag) => load(tag).then(({ texts, notices }) => {
    turnTo(tag);
    if (notices) put(notices);
    try { storage.setItem(kept, tag); } catch { /* then it is for this page only */ }
    return texts;
  });
  const put = (html) => {
    for (const part of [...new DOMParser().parseFromString(html, 'text/html').body.children]) doc.getElementById(part.id)?.replaceWith(part);
  };
  let chosen = null;
  try { chosen = storage.getItem(kept); } catch { /* as above */ }
  const first = [chosen, ...navigator.languages || []].map((tag) => tag && known(tag)).find(Boolean) || 'en';
  let texts = [];
  if (first !== 'en') {
    turnTo(first);
    root.dataset.language = 'coming'; // what is there is in English, and not shown
    const ready = new Promise((go) => doc.addEventListener('readystatechange', go, { once: true }));
    texts = Promise.all([load(first), ready]).then(([{ texts, pages, notices }]) => {
      put(notices);
      const page = pages[location.pathname.replace(/(.)\/$/, '$1')] || pages['/'];
      if (page && !started) {
        doc.title = page.title;
        put(`<div id="prerendered">${page.html}</div>`);
        fillIn();
      }
      return texts;
    }).catch(() => {
      turnTo('en');
      return [];
    }).finally(() => delete root.dataset.language);
  }
  window.doorward = { failed, texts, speak };

  let pressed = null;

  // A submit before the app is there waits for it; the browser itself never sends a form.
  doc.addEventListener('submit', (event) => {
    if (started) return;
    event.preventDefault();
    pressed = null;
    event.target.dataset.submitted = '';
    event.target.querySelector('[type=submit]')?.setAttribute('aria-busy', 'true');
  }, true);

  // So does a button that leads elsewhere. Of several the last one counts.
  doc.addEventListener('click', (event) => {
    const button = !started && event.target.closest?.('#prerendered main .button[type=button]');
    if (!button) return;
    pressed = button.textContent;
    for (const form of doc.querySelectorAll('form[data-submitted]')) delete form.dataset.submitted;
    button.setAttribute('aria-busy', 'true');
  }, true);

  // A panic of the app is a trap here. The page behind it no longer reacts, so say so.
  const broken = (why) => {
    if (typeof WebAssembly === 'object' && why instanceof WebAssembly.RuntimeError) failed(why);
  };
  addEventListener('error', (event) => broken(event.error));
  addEventListener('unhandledrejection', (event) => broken(event.reason));
  // A script that did not arrive, or not as it was built.
  addEventListener('error', (event) => {
    const { target } = event;
    // Only ours: what a host or an extension puts into the page may fail without harm.
    if (target instanceof HTMLScriptElement && !('later' in target.dataset) && target.src.startsWith(`${location.origin}/assets/`)) failed('a script is missing');
  }, true);

  // The app draws the same page again, alive, or in another language. What the person did to the first one goes over to
  // the second, in the same frame.
  let typed = [], focused = null, selection = [], submitted = null, later = null, at = null;
  addEventListener('doorward:mounting', () => {
    const first = doc.getElementById('prerendered'), old = first || doc.getElementById('app'), active = doc.activeElement;
    at = location.pathname;
    later = null;
    typed = [...old.querySelectorAll('input[id], select[id]')].map((input) => [input.id, input.type === 'checkbox' ? input.checked : input.value, !first && input.autocomplete === 'one-time-code']);
    if (active && active !== doc.body && old.contains(active)) {
      focused = active.id;
      try { selection = [active.selectionStart, active.selectionEnd]; } catch { /* not a text field */ }
    }
    submitted = old.querySelector('form[data-submitted]')?.id;
    first?.remove();
  });
  const refocus = () => {
    const target = focused && doc.getElementById(focused);
    if (!target) return;
    focused = null;
    target.focus();
    try { if (selection[0] != null) target.setSelectionRange(...selection); } catch { /* email fields have none */ }
  };
  const handOver = () => {
    // A form whose code is still to come takes these when it is drawn, unless the person has gone elsewhere.
    if (location.pathname !== at) {
      later?.disconnect();
      return;
    }
    if (typed.length && !typed.some(([id]) => doc.getElementById(id))) {
      if (later) return;
      // What is outside of that form is there.
      refocus();
      // A code is for the question that it was typed at: if that is gone with the language, so is the code.
      typed = typed.filter(([, , code]) => !code);
      later = new MutationObserver(() => { if (started) handOver(); });
      later.observe(doc.getElementById('app'), { childList: true, subtree: true });
      return;
    }
    later?.disconnect();
    for (const [id, value] of typed) {
      const input = doc.getElementById(id);
      if (!input) continue;
      if (input.type === 'checkbox') {
        if (input.checked !== value) input.click();
        continue;
      }
      if (input.value === value) continue;
      input.value = value;
      for (const name of ['input', 'change']) input.dispatchEvent(new Event(name, { bubbles: true }));
    }
    refocus();
    if (submitted) doc.getElementById(submitted)?.requestSubmit();
    // By its text: the configuration may have changed since the page was built.
    const button = pressed && [...doc.querySelectorAll('#app main .button[type=button]')].find(({ textContent }) => textContent === pressed);
    if (button) {
      button.focus();
      button.click();
    }
    typed = [];
    submitted = pressed = null;
  };

  const slow = setTimeout(() => { if (!started && !over) show('boot-slow'); }, 8000);
  addEventListener('doorward:failed', () => failed());
  addEventListener('doorward:started', () => {
    started = true;
    // From the next frame on, pages that come are seen to come.
    requestAnimationFrame(() => setTimeout(() => { root.dataset.ready = ''; }));
    clearTimeout(slow);
    delete root.dataset.session;
    if (!over) show('');
    handOver();
  });

  if (typeof WebAssembly !== 'object' || typeof BigInt !== 'function' || !('noModule' in HTMLScriptElement.prototype)) {
    failed('this browser is too old');
  }
})();
