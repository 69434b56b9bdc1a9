export const annotation = {
  "annotation.title": "Anotación",
};
