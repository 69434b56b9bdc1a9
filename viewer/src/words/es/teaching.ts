export const teaching = {
  "teaching.title": "Docencia",
};
