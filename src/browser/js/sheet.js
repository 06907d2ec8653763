// Adds a rule to the page's own style sheet: the policy lets scripts do that, while it forbids styles in the markup.

export const addRule = (rule) => {
  // Extensions may have put sheets of theirs before it; without it the page is plain, and works.
  const sheet = document.querySelector('link[rel=stylesheet]')?.sheet;
  sheet?.insertRule(rule, sheet.cssRules.length);
};
