export const marking = {
  "marking.title": "Drawing",
};
