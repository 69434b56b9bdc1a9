export const corrections = {
  "corrections.title": "Corrections",
};
