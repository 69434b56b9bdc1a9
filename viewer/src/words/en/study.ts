export const study = {
  "study.title": "Study",
};
