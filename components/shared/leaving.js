/* What a component does when it leaves the page. */

/**
 * What a component hands back to Streamlit, to be called when it goes. Where newer data came while a call was on its way,
 * that call's is called too, and possibly after the newer call: then the component is still there, and stays.
 */
export function whenGone(place, leave) {
  return () => {
    if (!place.isConnected) leave();
  };
}
