export const corrections = {
  "corrections.title": "Correcciones",
};
