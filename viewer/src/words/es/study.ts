export const study = {
  "study.title": "Estudio",
};
