export const teaching = {
  "teaching.title": "Teaching",
};
