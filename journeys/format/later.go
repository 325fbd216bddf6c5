package format

import "slices"

// laterKeys are keys and verbs of the format's plan that this version does not have. They are never accepted in
// silence. One list for each family, so that what arrives leaves its own.
func laterKeys() []string {
	return slices.Concat(laterVerbs(), laterBrowser())
}

func laterVerbs() []string {
	return nil
}

func laterBrowser() []string {
	return []string{"storage"}
}

// laterFunctions are functions of the plan that this version does not have.
func laterFunctions() []string {
	return nil
}
