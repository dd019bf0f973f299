/** What went wrong, in words for the one who uses the page. */
export class Problem extends Error {}

/**
 * Fetches a file of the page.
 * @param {string} url
 * @returns {Promise<Response>}
 * @throws {Problem} It is not there, or there is no network.
 */
export async function fetched(url) {
  const response = await fetch(url).catch((error) => {
    throw new Problem(`${url} could not be loaded: there is no network, and it has not been loaded here before (${error.message}).`);
  });
  if (!response.ok) {
    throw new Problem(`${url} is not there: the server says ${response.status}. Build the page again.`);
  }
  return response;
}

/**
 * Fetches a JSON file of the page.
 * @param {string} url
 * @throws {Problem} It is not there, or is no JSON.
 */
export async function fetchedJson(url) {
  const text = await (await fetched(url)).text();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(`${url} is damaged: ${error.message}. Build the page again.`);
  }
}
