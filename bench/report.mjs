// How figures are printed.
export const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
/** `median (least–most)`. */
export const figure = (list) => {
  const round = (x) => (x < 20 ? x.toFixed(1) : Math.round(x));
  return `${round(median(list))} (${round(Math.min(...list))}–${round(Math.max(...list))})`;
};

export function table(title, head, rows) {
  console.log(`\n${title}`);
  const width = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const line = (row) => console.log(row.map((cell, i) => (i ? cell.padStart(width[i]) : cell.padEnd(width[i]))).join('  '));
  line(head);
  line(width.map((n) => '-'.repeat(n)));
  rows.forEach(line);
}
