export const session = {
  "session.title": "Iniciar sesión",
  "session.claim":
    "Imágenes musculoesqueléticas, convertidas en hallazgos que usted puede comprobar.",
  "session.name": "Nombre",
  "session.password": "Contraseña",
  "session.enter": "Entrar",
  "session.entering": "Entrando …",
  "session.ended": "Su sesión ha terminado. Entre para continuar donde estaba.",
  "session.research":
    "Solo para investigación. El resultado de un modelo es un borrador que un clínico debe comprobar; no es un diagnóstico ni un triaje.",
  "session.away": "Condyle no se puede usar ahora",
  "session.change.title": "Elija una contraseña nueva",
  "session.change.why": "La contraseña que le dieron debe cambiarse antes de continuar.",
  "session.change.old": "Contraseña que le dieron",
  "session.change.new": "Contraseña nueva",
  "session.change.repeat": "Contraseña nueva, otra vez",
  "session.change.enter": "Cambiar la contraseña",
  "session.change.needed":
    "Al menos 12 caracteres y sin su nombre de acceso; unas cuantas palabras sin relación se recuerdan bien.",
  "session.change.short": "La contraseña nueva tiene menos de 12 caracteres.",
  "session.change.differ": "Las dos contraseñas nuevas no coinciden.",
  "session.change.same": "La contraseña nueva es la anterior.",
  "session.change.done": "La contraseña se cambió.",
};
