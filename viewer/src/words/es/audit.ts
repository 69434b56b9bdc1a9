export const audit = {
  "audit.title": "Registro de auditoría",
};
