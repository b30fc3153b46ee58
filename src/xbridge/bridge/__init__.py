"""The façade: what an application calls, in two colours with the same names and the same arguments.

``blocking.Bridge`` blocks, ``awaiting.AsyncBridge`` is awaited; a test compares the signatures.  Each is imported from its
own module, so that blocking code does not pay for the asynchronous machinery.
"""
