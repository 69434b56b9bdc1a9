export const marking = {
  "marking.title": "Dibujo",
  "marking.tool.brush": "Pincel",
  "marking.tool.erase": "Borrador",
  "marking.tool.outline": "Contorno",
  "marking.tool.box": "Recuadro",
  "marking.look": "Herramienta del visor, sin dibujar",
  "marking.undo": "Deshacer",
  "marking.redo": "Rehacer",
  "marking.addBox": "Nuevo recuadro en el centro",
  "marking.copy.before": "Copiar el área del corte anterior",
  "marking.copy.after": "Copiar el área del corte siguiente",
  "marking.remove": "Eliminar lo seleccionado",
  "marking.clear": "Vaciar esta etiqueta en este corte",
  "marking.key.delete": "Supr",
  "marking.labels": "Qué se dibuja",
  "marking.radius": "Radio",
  "marking.pixels": "{n} px",
  "marking.finish": "Listo",
  "marking.cancel": "Cancelar",
  "marking.elsewhere": "Lo que se está editando está en otro corte.",
  "marking.hint.brush":
    "Arrastre para pintar. [ y ] o Alt+rueda cambian el tamaño; mantenga Espacio para desplazar la imagen.",
  "marking.hint.erase":
    "Arrastre para borrar. [ y ] o Alt+rueda cambian el tamaño; mantenga Espacio para desplazar la imagen.",
  "marking.hint.outline":
    "Trace una línea alrededor, o haga clic punto a punto y cierre con Intro. Con Alt, recorta.",
  "marking.hint.box":
    "Arrastre para trazar un recuadro o tómelo por sus tiradores. Las flechas lo mueven; con Mayús cambian su tamaño.",
  "marking.hint.look": "El puntero hace lo que indica la herramienta del visor.",
  "marking.keys.paint":
    "Con teclas: J muestra un cursor, las flechas lo mueven (Ctrl: de 10 en 10), Espacio traza, Mayús+flechas trazan una línea.",
  "marking.keys.outline":
    "Con teclas: J muestra un cursor, las flechas lo mueven (Ctrl: de 10 en 10), Espacio pone un punto, Intro cierra.",
  "marking.cursor": "Cursor en la fila {row}, columna {column}",
  "marking.is.area": "Área seleccionada: {pixels} píxeles",
  "marking.is.box": "Recuadro seleccionado: {height} × {width} px, desde la fila {row}, columna {column}",
};
