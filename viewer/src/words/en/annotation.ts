export const annotation = {
  "annotation.title": "Annotation",
};
