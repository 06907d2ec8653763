// Runs before anything is painted, long before the app: keeps an early submit or press, hides a login form
// from people who are signed in, and says so when the app does not come or breaks.
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
  window.doorward = { failed };

  // Who has tokens is about to see another page than this form.
  let storage = null;
  try { storage = localStorage; } catch { /* denied: then there are no tokens either */ }
  try {
    for (let i = 0; i < storage.length; i++) {
      if (/^CognitoIdentityServiceProvider\..+\.LastAuthUser$/.test(storage.key(i))) root.dataset.session = 'stored';
    }
  } catch { /* as above */ }
  // "Interactive" comes before the app's script, DOMContentLoaded after it.
  doc.addEventListener('readystatechange', () => {
    const name = doc.querySelector('#prerendered input[autocomplete^=username]');
    if (!name || name.value || name === doc.activeElement || /signup/.test(location.pathname)) return;
    const kept = (key) => storage?.getItem(key) ?? '';
    // As session/store.rs keeps them: an address, or the other name that was used after it.
    name.value = name.type === 'email' ? kept('User_Email') : kept('User_Name') || (name.inputMode === 'tel' ? '' : kept('User_Email'));
  });

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
    if (target instanceof HTMLScriptElement && target.src.startsWith(`${location.origin}/assets/`)) failed('a script is missing');
  }, true);

  // The app draws the same page again, alive. What the person did to the first one goes over to the
  // second, in the same frame.
  let typed = [], focused = null, selection = [], submitted = null, later = null;
  addEventListener('doorward:mounting', () => {
    const old = doc.getElementById('prerendered'), active = doc.activeElement;
    if (!old) return;
    typed = [...old.querySelectorAll('input[id], select[id]')].map((input) => [input.id, input.type === 'checkbox' ? input.checked : input.value]);
    if (active && active !== doc.body && old.contains(active)) {
      focused = active.id;
      try { selection = [active.selectionStart, active.selectionEnd]; } catch { /* not a text field */ }
    }
    submitted = old.querySelector('form[data-submitted]')?.id;
    old.remove();
  });
  const at = location.pathname;
  const handOver = () => {
    // A form whose code is still to come takes these when it is drawn, unless the person has gone elsewhere.
    if (location.pathname !== at) {
      later?.disconnect();
      return;
    }
    if (typed.length && !typed.some(([id]) => doc.getElementById(id))) {
      if (later) return;
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
    const target = focused && doc.getElementById(focused);
    if (target) {
      target.focus();
      try { if (selection[0] != null) target.setSelectionRange(...selection); } catch { /* email fields have none */ }
    }
    if (submitted) doc.getElementById(submitted)?.requestSubmit();
    // By its text: the configuration may have changed since the page was built.
    const button = pressed && [...doc.querySelectorAll('#app main .button[type=button]')].find(({ textContent }) => textContent === pressed);
    if (button) {
      button.focus();
      button.click();
    }
    typed = [];
    focused = submitted = pressed = null;
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
