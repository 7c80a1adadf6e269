import no_such_sdk.core
