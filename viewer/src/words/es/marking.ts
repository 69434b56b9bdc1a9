export const marking = {
  "marking.title": "Dibujo",
};
