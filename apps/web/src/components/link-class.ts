/** What a link looks like that stands by itself: in a table, a list, beside a name. */
export const linkClass = 'text-accent hover:underline';

/** What a link looks like within a sentence, where its colour alone would not tell it from the words around it. */
export const textLinkClass = 'text-accent underline';
